import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Operation } from './operation.ts'
import { operations } from './operations.ts'

const server = fileURLToPath(new URL('..', import.meta.url))

test('every operation that stands in a folder of lib/server is served, once', async () => {
  const folders = globSync('*/operations.ts', { cwd: server })
    .map(dirname)
    .filter((folder) => folder !== 'http')
  expect(folders.length).toBeGreaterThan(20)
  const written: Operation[] = []
  for (const folder of folders) {
    const exports: Record<string, Operation[]> = await import(`../${folder}/operations.ts`)
    written.push(...Object.values(exports).flat())
  }
  const keys = (all: Operation[]) => all.map(({ method, path }) => `${method} ${path}`).sort()
  expect(keys(operations)).toEqual([...keys(written), 'GET openapi.json'].sort())
  expect(new Set(keys(operations)).size).toBe(operations.length)
})
