// Views of a field at a few sizes: rendered, packed for the screen and kept, so that going from one size to another
// makes no buffers anew.

import { PackedView } from '../export/packed-view.ts';
import type { RenderTarget } from '../nerf/types.ts';
import type { ImpastoSession } from '../session/types.ts';
import type { Size } from './frame-budget.ts';

/** Sizes whose buffers are kept; the budget switches between few. */
const KEPT_SIZES = 4;

/** Buffers of one size. */
export interface FieldView {
  view: RenderTarget;
  /** Made when first needed, for the wipe. */
  original: RenderTarget | null;
  packed: PackedView;
}

export class FieldViews {
  /** Least recently used first. */
  private readonly kept = new Map<string, FieldView>();

  constructor(private readonly source: Pick<ImpastoSession, 'gpu' | 'createTarget' | 'destroyTarget'>) {}

  /** @param shown stays, however long it was not asked for */
  of(size: Size, shown: FieldView | null): FieldView {
    const key = `${size.width}x${size.height}`;
    const known = this.kept.get(key);
    // Moved to the end: the map's order is the order of last use.
    if (known) this.kept.delete(key);
    const found: FieldView = known ?? {
      view: this.source.createTarget(size.width, size.height),
      original: null,
      packed: new PackedView(this.source.gpu.device, size.width, size.height),
    };
    this.kept.set(key, found);
    for (const [oldKey, old] of this.kept) {
      if (this.kept.size <= KEPT_SIZES) break;
      if (old === shown) continue;
      this.kept.delete(oldKey);
      this.free(old);
    }
    return found;
  }

  /** The second target of a view, for the field without its style. */
  originalOf(of: FieldView): RenderTarget {
    of.original ??= this.source.createTarget(of.view.width, of.view.height);
    return of.original;
  }

  private free({ view, original, packed }: FieldView): void {
    this.source.destroyTarget(view);
    if (original) this.source.destroyTarget(original);
    packed.destroy();
  }

  destroy(): void {
    for (const each of this.kept.values()) this.free(each);
    this.kept.clear();
  }
}
