import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Stop, say } from '../scripts/boot/say.mjs'
import { type Bench, isMet, tableText } from './table.ts'

/** `npm run bench`: each file `NAME.bench.ts` of this folder, or those named; 1 when a goal is missed. `record` makes a recording for one of them. */
export async function main([first, ...rest]: string[]): Promise<number> {
  if (first === 'record') return (await import('./detection/record/record.ts')).record(rest)
  const names = first === undefined ? [] : [first, ...rest]
  const known = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.bench.ts'))
    .map((file) => file.slice(0, -'.bench.ts'.length))
  const strange = names.find((name) => !known.includes(name))
  if (strange !== undefined) throw new Stop(`bench: found ${JSON.stringify(strange)}; allowed: ${known.join(', ')}.`, 2)
  let missed = 0
  for (const name of names.length > 0 ? names : known) {
    const { bench } = (await import(join(import.meta.dirname, `${name}.bench.ts`))) as { bench: Bench }
    say(`${name}: ${bench.title}`)
    const rows = await bench.run()
    console.log(tableText(`${name}: ${bench.title}`, rows))
    missed += rows.filter((row) => isMet(row) === false).length
  }
  if (missed > 0) console.log(`${missed} ${missed === 1 ? 'goal is' : 'goals are'} missed.`)
  return missed === 0 ? 0 : 1
}
