// The browser's own file dialogue, as a promise. Nothing happens when it is closed without a choice.

export function pickFiles(options: { folder?: boolean; accept?: string }): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.webkitdirectory = options.folder ?? false;
    if (options.accept) input.accept = options.accept;
    input.addEventListener('change', () => {
      if (input.files?.length) resolve([...input.files]);
    });
    input.click();
  });
}
