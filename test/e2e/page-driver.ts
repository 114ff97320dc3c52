// A page under test, whichever driver has its browser, and what cases are given of the visit under way.

/** What Playwright's and Puppeteer's pages have in common. */
export interface PageDriver {
  goto(address: string): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: functions run in the page, with whatever they take and give
  evaluate<R>(run: (argument: any) => R | Promise<R>, argument?: unknown): Promise<R>;
  mouse: {
    move(x: number, y: number, options?: { steps?: number }): Promise<void>;
    down(): Promise<void>;
    up(): Promise<void>;
  };
  screenshot(options: { path: string }): Promise<unknown>;
}

export interface OpenedBrowser {
  page: PageDriver;
  /** Console errors and uncaught ones, as they come. */
  errors: string[];
  close(): Promise<void>;
}

/** What a browser's own cases need of the visit under way. */
export interface Visit {
  page(): PageDriver;
  shot(what: string): Promise<unknown>;
  until(what: string, test: () => boolean, seconds?: number): Promise<void>;
}
