import { expect, it } from 'vitest'
import { HeldText } from './heldText.ts'

const LONG = 'used_memory:1048576\r\n'.repeat(200)

it.each([
  ['short', 'ab'],
  ['empty', ''],
  ['long', LONG],
  ['beyond Latin-1', `${LONG}€ und 💶`],
  ['a Latin-1 letter', `${LONG}ä`],
  ['half a character', `${LONG}\ud800`],
])('a text that is held is as it was: %s', (_what, text) => {
  expect(new HeldText(text).text).toBe(text)
  const one = new HeldText(LONG)
  one.set(text)
  expect(one.text).toBe(text)
  one.set(`${text}${LONG}`)
  expect(one.text).toBe(`${text}${LONG}`)
  one.set(text)
  expect(one.text).toBe(text)
})
