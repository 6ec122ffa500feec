import { expect, it } from 'vitest'
import { isMet, tableText } from './table.ts'

it('holds figures against their goals', () => {
  expect(isMet({ what: 'a', value: 3, goal: { most: 3 } })).toBe(true)
  expect(isMet({ what: 'a', value: 3, goal: { least: 4 } })).toBe(false)
  expect(isMet({ what: 'a', value: 'no server', goal: { least: 4 } })).toBeNull()
  expect(tableText('store', [{ what: 'bytes a sample', value: 1.0623, unit: 'B', goal: { most: 1.5 } }])).toBe(
    'store\n                measured     goal  met\nbytes a sample    1.06 B  ≤ 1.5 B  yes\n',
  )
})
