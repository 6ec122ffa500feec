import { expect, test } from 'vitest'
import { readWeights, writeWeights } from './weightsText.ts'

const servers = [
  { name: 'eu', weightSet: 90 },
  { name: 'us', weightSet: 10 },
]

test('wanted weights stand in the address in the order of the servers, and only those that differ are wanted', () => {
  expect(writeWeights(servers, new Map([['us', 30]]))).toBe('90,30')
  expect(readWeights(servers, '90,30', 255)).toEqual(new Map([['us', 30]]))
  expect(writeWeights(servers, new Map([['us', 10]]))).toBe('')
})

test.each(['', '90', '90,30,1', '90,-1', '90,x', '90,256', '90,1e2'])('%j is of another pool', (text) => {
  expect(readWeights(servers, text, 255).size).toBe(0)
})
