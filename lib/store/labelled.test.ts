import { expect, it } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { type Labels, labelsMatch } from '../model/series.ts'
import { Labelled } from './labelled.ts'

it('finds what a look at each thing finds, while things come and go', () => {
  const random = randomOf(5)
  const some = (names: string, most: number) => `${names}${Math.floor(random() * most)}`
  const index = new Labelled<{ metric: string; labels: Labels }>()
  const all = new Set<{ metric: string; labels: Labels }>()
  for (let round = 0; round < 3_000; round++) {
    const labels: Labels = {
      ...(random() < 0.9 && { target: some('t', 3) }),
      ...(random() < 0.6 && { pool: some('p', 3) }),
      ...(random() < 0.6 && { server: some('s', 20) }),
    }
    // Names that come and go, and three that stay.
    const thing = { metric: random() < 0.2 ? some('m', 400) : some('x', 3), labels }
    index.add(thing)
    all.add(thing)
    if (random() < 0.1) index.add(thing)
    while (all.size > (round % 1_000 < 700 ? 400 : 5)) {
      const [oldest] = all
      index.delete(oldest!)
      index.delete(oldest!)
      all.delete(oldest!)
    }
    const wanted = random() < 0.2 ? {} : random() < 0.5 ? { target: some('t', 3) } : { ...(random() < 0.7 && { target: some('t', 3) }), [some('', 2) === '0' ? 'pool' : 'server']: some(random() < 0.5 ? 'p' : 's', 4) } // biome-ignore format: one line
    const metric = some('x', 3)
    const found = index.find(metric, wanted)
    const expected = [...all].filter((one) => one.metric === metric && labelsMatch(one.labels, wanted))
    expect([found.length, new Set(found)]).toEqual([expected.length, new Set(expected)])
  }
  expect(new Set(index.all())).toEqual(all)
})
