import { expect, it } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { IdQueue } from './idQueue.ts'

it('is what a list is, whatever is put, dropped and left out in between', () => {
  const random = randomOf(5)
  const queue = new IdQueue()
  let list: number[] = []
  let longest = 0
  for (let i = 0; i < 3_000; i++) {
    for (let n = Math.floor(random() * 40); n > 0; n--) {
      const id = Math.floor(random() * 2 ** 31)
      queue.push(id)
      list.push(id)
    }
    longest = Math.max(longest, list.length)
    const count = Math.floor(random() * Math.min(40, list.length + 1))
    queue.drop(count)
    list = list.slice(count)
    if (random() < 0.1) {
      queue.keep((id) => id % 3 > 0)
      list = list.filter((id) => id % 3 > 0)
    }
    expect(Array.from({ length: queue.size }, (_, place) => queue.at(place))).toEqual(list)
  }
  expect(longest).toBeGreaterThan(64)
})
