import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeFlags, serverEnv } from './node.mjs'

test.each(['Dockerfile', 'deploy/evenkeel.service'])('%s starts the server as npm start does', (file) => {
  const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8')
  const said = [...nodeFlags, ...Object.entries(serverEnv).map(([name, value]) => `${name}=${value}`)]
  expect(said.filter((part) => !new RegExp(`[="\\s]${part}(["\\s]|$)`, 'm').test(text))).toEqual([])
})
