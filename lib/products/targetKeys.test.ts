import { expect, test } from 'vitest'
import { targetKeys } from './targetKeys.ts'

const { name } = targetKeys('redis')

test.each(['ring:products', 'ttl:sessions'])('a target may not be called as a control document: %s', (text) => {
  expect(name.safeParse(text).error!.issues[0]!.message).toContain('does not begin with "ring:" or "ttl:"')
})

test.each(['a/b:%', 'rings', 'target:ring:x', 'my ring:x', 'é'])('other names stay allowed: %s', (text) => {
  expect(name.parse(text)).toBe(text)
})
