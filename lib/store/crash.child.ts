/** Started by the crash test: writes a tick at a time and says so, until it is killed. */
import type { Change } from '../model/change.ts'
import { createStore } from './store.ts'

const [path = '', from = '0'] = process.argv.slice(2)
const store = createStore({ path, now: () => Number(from), chunkMs: 20_000 })
for (let i = 1; ; i++) {
  const at = Number(from) + i * 1000
  for (const target of ['a', 'b'])
    store.append(
      target,
      at,
      Array.from({ length: 20 }, (_, n) => ({ metric: 'x_total', labels: { n: `\u0000${n}` }, value: i * (n + 1) + n / 8 })),
      1000,
    )
  store.changes.put({ id: 'change', at: i, state: 'kept', steps: [], because: '', by: 'ann', guards: [], journal: [] } as unknown as Change)
  store.tick(at)
  process.stdout.write(`${i}\n`)
  await new Promise((resolve) => setTimeout(resolve, 2))
}
