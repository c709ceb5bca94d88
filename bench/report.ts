// bench/report.ts: the table a run prints, and whether every bound held.

export interface Line {
  readonly what: string;
  readonly product: string;
  readonly bare: string;
  /** What is held against the bound, as people read it. */
  readonly figure: string;
  readonly bound: string;
  readonly holds: boolean;
}

const HEAD = ['', 'product', 'bare', 'figure', 'bound', ''];

export function printTable(lines: readonly Line[]): void {
  const table = [
    HEAD,
    ...lines.map((line) => [
      line.what,
      line.product,
      line.bare,
      line.figure,
      line.bound,
      line.holds ? 'holds' : 'BROKEN',
    ]),
  ];
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}

export const ms = (value: number): string =>
  value < 100 ? `${value.toFixed(1)} ms` : `${(value / 1000).toFixed(2)} s`;
export const times = ({ median, min, max }: { median: number; min: number; max: number }): string =>
  `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
export const count = (value: number): string => Math.round(value).toLocaleString('en');
