import { expect, test } from 'vitest'
import { sampleText } from './sampleText.ts'

test('many keys, and one', () => {
  expect(sampleText({ of: 12_000, keys: 340, sizes: 40, idles: 12 })).toBe(
    'From the newest 12\u202f000 keys that a walk through the names came past, 340 of them of this pattern; 40 were measured, 12 asked for when they were used last. Ranges are 95 % intervals.',
  )
  expect(sampleText({ of: 1, keys: 1, sizes: 1, idles: 1 })).toBe(
    'From one key that a walk through the names came past, which is of this pattern; 1 was measured, 1 asked for when it was used last. Ranges are 95 % intervals.',
  )
})
