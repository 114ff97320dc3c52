// Which feature networks a command would find here.
export async function foundNetworks(): Promise<{ name: string; found: string }[]> {
  return [];
}
