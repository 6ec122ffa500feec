import { expect, test } from 'vitest'
import { followersWord } from './followers.ts'

const followers = (...fresh: boolean[]) => fresh.map((fresh) => ({ fresh })) as Parameters<typeof followersWord>[0]['followers']

test.each([
  [followers(true, true), 2, 'ok', '2 of 2 follow'],
  [followers(true, false), 2, 'warning', '1 of 2 follow'],
  [followers(true, true, true), 2, 'ok', '3 follow, 2 expected'],
  [followers(true), undefined, 'ok', '1 follow'],
  [followers(false), undefined, 'info', 'nobody reports'],
] as const)('followers of a document: %#', (followers, followersExpected, tone, word) => {
  expect(followersWord({ followers, ...(followersExpected !== undefined && { followersExpected }) })).toEqual({ tone, word })
})
