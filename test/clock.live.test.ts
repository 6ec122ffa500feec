import { test } from 'vitest'
import { describeWith } from './live.ts'
import { steppedWatch } from './steppedWatch.ts'

const HOUR = 3_600

describeWith(['redis-server', 'faketime'], 'a clock that is set while a change is watched', () => {
  test('back by an hour, ahead by a day, and ahead and back', { timeout: 90_000 }, async () => {
    await Promise.all([steppedWatch([-HOUR]), steppedWatch([24 * HOUR]), steppedWatch([24 * HOUR, 0])])
  })
})
