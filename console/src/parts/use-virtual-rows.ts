import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

export interface VirtualRows {
  readonly items: readonly VirtualItem[];
  /** Of all rows, in pixels. */
  readonly height: number;
  /** The `ref` of each row, which must have `data-index`. */
  readonly measure: (element: HTMLElement | null) => void;
}

/** The rows of a long list that are in sight, and some around them. Rows may have any height. */
export function useVirtualRows(
  scroller: RefObject<HTMLElement>,
  count: number,
  estimatedPx: () => number,
): VirtualRows {
  const [, render] = useReducer((number: number) => number + 1, 0);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: estimatedPx,
    overscan: 8,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => render(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtualizer.setOptions(options);
  // It would stop the browser where it scrolls smoothly, as for the key End.
  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = () => false;
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return {
    items: virtualizer.getVirtualItems(),
    height: virtualizer.getTotalSize(),
    measure: virtualizer.measureElement,
  };
}
