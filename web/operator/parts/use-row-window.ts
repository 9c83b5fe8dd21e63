import { type RefObject, useEffect, useRef, useState } from 'react';
import { type RowWindow, rowWindow } from '../row-window.ts';

/** The rows of this table to be drawn now; follows the scrolling. */
export function useRowWindow(count: number): {
  readonly table: RefObject<HTMLTableSectionElement | null>;
  readonly shown: RowWindow;
} {
  const table = useRef<HTMLTableSectionElement>(null);
  const [shown, setShown] = useState(() => rowWindow(count, 0, window.innerHeight));
  useEffect(() => {
    let frame: number | undefined;
    const look = (): void => {
      frame = undefined;
      const topPx = table.current?.getBoundingClientRect().bottom ?? 0;
      const next = rowWindow(count, topPx, window.innerHeight);
      setShown((now) => (now.first === next.first && now.end === next.end ? now : next));
    };
    const soon = (): void => {
      frame ??= requestAnimationFrame(look);
    };
    look();
    window.addEventListener('scroll', soon, { passive: true });
    window.addEventListener('resize', soon);
    return () => {
      window.removeEventListener('scroll', soon);
      window.removeEventListener('resize', soon);
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, [count]);
  return { table, shown };
}
