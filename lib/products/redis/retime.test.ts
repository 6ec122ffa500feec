import { expect, test } from 'vitest'
import { retimeCommands } from './retime.ts'

test.each([
  ['product:*', 'product:*'],
  ['käse:*', 'käse:*'],
  ['two words:*', '"two words:*"'],
  ['a\nFLUSHALL\n:*', '"a\\x0aFLUSHALL\\x0a:*"'],
  ['a\r\nFLUSHALL:*', '"a\\x0d\\x0aFLUSHALL:*"'],
  ['say "x" \\ :*', '"say \\"x\\" \\\\ :*"'],
  ['\u2028:*', '"\\xe2\\x80\\xa8:*"'],
  ["it's:*", '"it\'s:*"'],
])('a pattern made of names of keys is one word of the command to copy: %j', (glob, word) => {
  const commands = retimeCommands({ glob })
  expect(commands[0]).toBe(`SCAN CURSOR MATCH ${word} COUNT 500`)
  for (const command of commands) expect(command).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
})
