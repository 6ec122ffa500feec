import { expect, test } from 'vitest'
import { isOwnersText, ownersText, readOwners, readSlotsName, SLOTS_NAME, slotList, slotsName } from './slots.ts'

test('slots are listed in ranges, and read back', () => {
  expect(slotList([93, 0, 2, 1])).toBe('0-2,93')
  expect(readSlotsName(slotsName([93, 0, 2, 1]))).toEqual([0, 1, 2, 93])
  expect(SLOTS_NAME.test('slots/0-16383')).toBe(true)
})
test.each(['slots/', 'slots/5-1', 'slots/16384', 'slots/1,1', 'slots/1-3,2', 'slots/0-16383,0-16383', 'config/maxmemory', 'slots/1 2'])(
  '%s lists none',
  (name) => expect(readSlotsName(name)).toBeNull(),
)
test('owners are one address, or each with its slots', () => {
  const two = new Map([
    [7, '[::1]:7002'],
    [1, '10.0.0.1:7001'],
    [2, '10.0.0.1:7001'],
  ])
  expect(ownersText(two)).toBe('10.0.0.1:7001=1-2 [::1]:7002=7')
  expect(readOwners(ownersText(two), [1, 2, 7])).toEqual(two)
  expect(ownersText(new Map([[1, 'cache-1:7001'], [2, 'cache-1:7001']]))).toBe('cache-1:7001') // biome-ignore format: one line
  expect(readOwners('cache-1:7001', [1, 2])!.get(2)).toBe('cache-1:7001')
})
test.each(['', 'x', 'a:1=1', 'a:1=1-2 b:1=2', 'a:1=1-2 b:1=3', 'a:1=1-2,7 b:1=', 'http://a:1'])('%j owns not just 1 and 2', (text) =>
  expect(readOwners(text, [1, 2])).toBeNull(),
)
test('a value that can be none is known without its name', () => {
  expect(['a:1', 'a:1=1-2 b:1=7'].every(isOwnersText)).toBe(true)
  expect(['', 'a', 'a:1=7-2', 'a:1 b:1', 'a:1=1 OR 1'].some(isOwnersText)).toBe(false)
})
