/** The order in which the targets of a domain are tried. RFC 2782: priority, then weight by lot. */

export interface SrvTarget {
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** @param fraction a lot from 0 up to, but not including, 1 */
export function orderSrv(
  targets: readonly SrvTarget[],
  fraction: () => number,
): readonly SrvTarget[] {
  const priorities = Array.from(new Set(targets.map(({ priority }) => priority)));
  return priorities
    .toSorted((a, b) => a - b)
    .flatMap((priority) => {
      // "Those with weight 0 are placed at the beginning of the list."
      const left = targets
        .filter((target) => target.priority === priority)
        .toSorted((a, b) => Math.min(a.weight, 1) - Math.min(b.weight, 1));
      const ordered: SrvTarget[] = [];
      while (left.length > 0) {
        const total = left.reduce((sum, { weight }) => sum + weight, 0);
        const lot = Math.floor(fraction() * (total + 1));
        let running = 0;
        const at = left.findIndex(({ weight }) => (running += weight) >= lot);
        ordered.push(...left.splice(Math.max(at, 0), 1));
      }
      return ordered;
    });
}
