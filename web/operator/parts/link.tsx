import type { MouseEvent, ReactNode } from 'react';
import { navigate } from '../router.ts';

export interface LinkProps {
  readonly to: string;
  readonly current?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A link inside the page. With a key held down it is the browser's: a new tab, a window. */
export function Link({ to, current, className, children }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0)
      return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a
      href={to}
      onClick={follow}
      {...(className !== undefined && { className })}
      {...(current === true && { 'aria-current': 'page' as const })}
    >
      {children}
    </a>
  );
}
