import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { ON_DEMAND, onDemand } from './onDemand.mjs'
import { root } from './stamp.mjs'

test('a module is loaded when something of it is first asked for, and not by who only loads', () => {
  const loaded: string[] = []
  const require = (name: string) => {
    loaded.push(name)
    return { answer: 42 }
  }
  const program = onDemand('"use strict";\nconst _answers = require("./answers");\n;() => (0, _answers.answer)', './answers')
  const ask = runInNewContext(program, { require }) as () => number
  expect(loaded).toEqual([])
  expect(ask()).toBe(42)
  expect(loaded).toEqual(['./answers'])
})

test('a program that loads it in another way is refused', () => {
  expect(() => onDemand('import answers from "./answers"', './answers')).toThrow('loaded in another way')
})

test.each(Object.entries(ON_DEMAND))('Next still loads at its start, in %s, what is put off: %s', (file, module) => {
  const source = readFileSync(join(root, 'node_modules', 'next', file), 'utf8')
  expect(onDemand(source, module)).not.toContain(`= require("${module}");`)
})
