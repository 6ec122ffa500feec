import { expect, test } from 'vitest'
import { unsmooth } from './smoothed.ts'

// HAProxy 2.6.12, 60 requests a second on the server; its latency went from 20 ms to 160 ms just after the first reading.
const SHOWN: [requests: number, ms: number][] = [
  [962, 21],
  [1022, 34],
  [1322, 90],
  [1623, 122],
  [1924, 139],
]

test("gives back the newest requests' mean from HAProxy's own readings", () => {
  for (let i = 2; i < SHOWN.length; i++) {
    const [a, b] = [SHOWN[i - 1]!, SHOWN[i]!]
    const answer = unsmooth({ requests: a[0], mean: a[1] / 1000 }, { requests: b[0], mean: b[1] / 1000 }, 512, 0.001)!
    expect(Math.abs(answer.value - 0.161)).toBeLessThan(answer.error + 0.001)
    expect(answer.error).toBeLessThan(0.003)
  }
})

test('is a plain mean while the counters are young, and null without requests', () => {
  expect(unsmooth({ requests: 100, mean: 0.02 }, { requests: 200, mean: 0.09 }, 512, 0.001)!.value).toBeCloseTo(0.16)
  expect(unsmooth({ requests: 100, mean: 0.02 }, { requests: 100, mean: 0.02 }, 512, 0.001)).toBeNull()
  expect(unsmooth({ requests: 100, mean: 0.02 }, { requests: 3, mean: 0.02 }, 512, 0.001)).toBeNull()
})
