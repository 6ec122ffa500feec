import { expect, it } from 'vitest'
import { takenApart } from './info.ts'
import { SliceSize, scansIn } from './sliceSize.ts'

/** Seconds in which slices of the present size are asked for, each of whose names holds the server for so long. */
function run(perName: readonly number[], slicesASecond = 3, others = 0) {
  const size = new SliceSize()
  const sum = { calls: 0, us: 0 }
  size.note({ ...sum })
  return perName.map((us) => {
    for (let i = 0; i < slicesASecond; i++) {
      size.took(size.names)
      sum.calls++
      sum.us += size.names * us
    }
    sum.calls += others
    sum.us += others * 7_000
    size.note({ ...sum })
    return size.names
  })
}

it('asks for fewer names where they take long, and for more again', () => {
  expect(run([1, 1])).toEqual([250, 250])
  expect(run([6, 6, 6, 6])).toEqual([125, 63, 50, 50])
  expect(run([100, 100, 100, 100, 100])).toEqual([125, 63, 32, 25, 25])
  expect(run([6, 6, 6, 1, 1, 1])).toEqual([125, 63, 50, 100, 200, 250])
})

it('learns nothing from walks of others, from slices of a few names, and from counts that began anew', () => {
  expect(run([1, 1], 3, 1)).toEqual([250, 250])
  const size = new SliceSize()
  size.note({ calls: 10, us: 9_000 })
  for (let i = 0; i < 5; i++) size.took(1)
  size.note({ calls: 15, us: 99_000 })
  size.took(250)
  size.note({ calls: 1, us: 90_000 })
  size.took(250)
  size.note(null)
  expect(size.names).toBe(250)
})

it('reads them out of INFO', () => {
  expect(scansIn(takenApart('cmdstat_get:calls=1,usec=2\r\ncmdstat_scan:calls=30,usec=9000,usec_per_call=300.00\r\n'))).toEqual({
    calls: 30,
    us: 9_000,
  })
  expect([
    scansIn(takenApart('')),
    scansIn(takenApart('cmdstat_scan:calls=,usec=x')),
    scansIn(takenApart('cmdstat_sscan:calls=1,usec=2')),
  ]).toEqual([null, null, null])
})
