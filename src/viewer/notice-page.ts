// Pages instead of the picture: where WebGPU is missing (how to switch it on), and when the device was lost.

export function noWebGpuPage(parent: HTMLElement, sentence: string): void {
  const page = shell(parent, false);
  page.innerHTML = `
    <h1>Impasto needs WebGPU</h1>
    <p class="reason"></p>
    <p>It learns and paints the scene on your graphics card, through WebGPU. Here is how to switch it on:</p>
    <ul>
      <li><b>Chrome, Edge</b> (113 or newer): on by default on Windows, macOS and Android. On Linux open
        <code>chrome://flags/#enable-unsafe-webgpu</code>, choose Enabled and restart; if there is still no adapter,
        also enable <code>chrome://flags/#enable-vulkan</code> and see that hardware acceleration is on in
        <code>chrome://settings/system</code>.</li>
      <li><b>Firefox</b> (141 or newer on Windows, 145 on macOS with Apple silicon): on by default. Elsewhere open
        <code>about:config</code> and set <code>dom.webgpu.enabled</code> to true; if your card is blocked, also
        <code>gfx.webgpu.ignore-blocklist</code>.</li>
      <li><b>Safari</b> (26 or newer): on by default. Before that: Settings, Advanced, Show features for web
        developers, then Feature Flags, WebGPU.</li>
    </ul>
    <p>The page must come from https or from this machine (http://127.0.0.1), and the graphics driver should be
      up to date.</p>
    <button type="button">Try again</button>`;
  page.querySelector('.reason')!.textContent = sentence;
  page.querySelector('button')!.addEventListener('click', () => location.reload());
}

export interface DeviceLost {
  /** Why, as far as the browser says. */
  reason: string;
  /** What was kept, in words; null where there was nothing or nothing could be. */
  kept: string | null;
  /** What is gone, in words. */
  gone: string;
  onAgain(): void;
  onSave(): void;
}

export function deviceLostPage(parent: HTMLElement, { reason, kept, gone, onAgain, onSave }: DeviceLost): void {
  const page = shell(parent, true);
  page.setAttribute('role', 'alertdialog');
  page.innerHTML = `
    <h1>The picture has stopped</h1>
    <p class="reason"></p>
    <p class="kept"></p>
    <p class="gone"></p>
    <div class="buttons"><button type="button" class="primary again"></button>
      <button type="button" class="save">Save it as a file</button></div>`;
  const text = (selector: string, words: string) => {
    page.querySelector(selector)!.textContent = words;
  };
  text('.reason', reason);
  text('.kept', kept ? `Kept: ${kept}.` : 'There was no trained field to keep.');
  text('.gone', gone);
  text('.again', kept ? 'Start again with it' : 'Start again');
  page.querySelector('.again')!.addEventListener('click', onAgain);
  const save = page.querySelector<HTMLElement>('.save')!;
  save.hidden = !kept;
  save.addEventListener('click', onSave);
}

function shell(parent: HTMLElement, over: boolean): HTMLElement {
  const overlay = document.createElement('div');
  overlay.className = over ? 'notice-page over' : 'notice-page';
  const main = document.createElement('main');
  overlay.append(main);
  parent.append(overlay);
  return main;
}
