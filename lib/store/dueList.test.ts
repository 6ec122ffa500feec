import { expect, it } from 'vitest'
import { DueList } from './dueList.ts'
import { History } from './history.ts'

const due = (id: number, dueAt: number) => Object.assign(new History(id, 'x', { target: 'a' }, 1_000), { dueAt })

it('series are due at their time, again until they are due later, and no more once they are gone', () => {
  const list = new DueList()
  const [soon, late, gone] = [due(1, 5_500), due(2, 70_000), due(3, 4_000)]
  for (const history of [soon, late, gone]) list.add(history)
  expect(list.until(3_000)).toEqual([])
  gone.release()
  expect(list.until(5_400)).toEqual([])
  expect(list.until(5_500)).toEqual([soon])
  // A disk that fails has not taken it.
  expect(list.until(9_000)).toEqual([soon])
  soon.dueAt = 65_000
  list.add(soon)
  expect(list.until(64_999)).toEqual([])
  expect(list.until(80_000).map(({ id }) => id)).toEqual([2, 1])
  list.clear()
  expect(list.until(80_000)).toEqual([])
})
