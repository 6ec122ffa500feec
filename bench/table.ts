/** One row of a benchmark: what was measured, and the goal that it is held against. */
export type Row = { what: string; value: number | string; unit?: string; goal?: { most: number } | { least: number } }
export type Bench = { name: string; title: string; run(): Promise<Row[]> }

/** Whether a row is within its goal; null without one. */
export function isMet({ value, goal }: Row): boolean | null {
  if (!goal || typeof value !== 'number') return null
  return 'most' in goal ? value <= goal.most : value >= goal.least
}

/** A table for the terminal. */
export function tableText(title: string, rows: Row[]): string {
  const cells = rows.map((row) => [row.what, shown(row), goalText(row), { true: 'yes', false: 'NO', null: '' }[String(isMet(row))]!])
  const head = ['', 'measured', 'goal', 'met']
  const widths = head.map((text, column) => Math.max(text.length, ...cells.map((line) => line[column]!.length)))
  const line = (texts: string[]) =>
    texts.map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!))).join('  ')
  return [title, line(head), ...cells.map(line), ''].join('\n')
}

const figure = (value: number) =>
  Number.isInteger(value) || Math.abs(value) >= 1_000 ? Math.round(value).toString() : value.toPrecision(3)
const shown = ({ value, unit }: Row) => `${typeof value === 'number' ? figure(value) : value}${unit ? ` ${unit}` : ''}`

function goalText({ goal, unit }: Row): string {
  if (!goal) return ''
  return `${'most' in goal ? `≤ ${goal.most}` : `≥ ${goal.least}`}${unit ? ` ${unit}` : ''}`
}
