// window.impasto: a small surface for tests and for the curious, over what the page itself uses.
//   ready      resolves when the page can be used; rejects where there is no WebGPU
//   session    the engine (src/session/types.ts)          state     the page's state, live
//   commands   everything a person can ask for            notices   every notice shown so far
//   picture()  the picture on the screen with guides, read back: { width, height, data: RGBA bytes }
//   atRest()   resolves when the view is still and as fine as it gets
//   kept()     what was kept of the field, for a lost device, or null
//   freeSize() lets the time budget choose the field's size again where the address fixed it
//   standpoint()  where the camera is and what it turns round, scene units

import type { Picture } from '../scene/types.ts';
import type { ImpastoSession } from '../session/types.ts';
import type { Commands } from './actions/index.ts';
import type { FieldSnapshot } from './autosave/field-snapshot.ts';
import type { Notice } from './notices.ts';
import type { PageState } from './page-state.ts';

export interface TestSurface {
  session: ImpastoSession;
  readonly state: PageState;
  /** With the last video that was handed to the download. */
  commands: Commands & { readonly lastVideo: Uint8Array<ArrayBuffer> | null };
  notices: readonly Notice[];
  picture(): Promise<Picture>;
  atRest(): Promise<void>;
  kept(): FieldSnapshot | null;
  freeSize(): void;
  standpoint(): { position: [number, number, number]; target: [number, number, number] };
}

declare global {
  interface Window {
    impasto: Partial<TestSurface> & { ready: Promise<void> };
  }
}
