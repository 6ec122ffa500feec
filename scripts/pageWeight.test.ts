import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { pageWeights, scriptsOf, tooHeavy } from './pageWeight.ts'

const builds: string[] = []
afterEach(() => {
  for (const build of builds.splice(0)) rmSync(build, { recursive: true, force: true })
})

/** A build with a script for the frame of `frameKb` and one for the page, of what does not shrink. */
function built(frameKb: number, pageKb: number): string {
  const build = mkdtempSync(join(tmpdir(), 'evenkeel-build-'))
  builds.push(build)
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(build, path)), { recursive: true })
    writeFileSync(join(build, path), content)
  }
  write('static/frame.js', randomBytes(1_000 * frameKb))
  write('static/page.js', randomBytes(1_000 * pageKb))
  write('build-manifest.json', JSON.stringify({ rootMainFiles: ['static/frame.js'] }))
  const entryJSFiles = { '[project]/app/layout': ['static/frame.js'], '[project]/app/targets/[name]/page': ['static/page.js'] }
  write(
    'server/app/targets/[name]/page_client-reference-manifest.js',
    `globalThis.__RSC_MANIFEST = globalThis.__RSC_MANIFEST || {};\nglobalThis.__RSC_MANIFEST["/targets/[name]/page"] = ${JSON.stringify({ entryJSFiles })};\n`,
  )
  return build
}

test('a page weighs the scripts of its frame and its own, each once', () => {
  const [weight] = pageWeights(built(60, 40))
  expect(weight!.page).toBe('/targets/[name]')
  expect(weight!.kb).toBeGreaterThanOrEqual(100)
  expect(weight!.kb).toBeLessThan(101)
})

test('a page above the limit is named with its weight; without a build there is no complaint', () => {
  expect(tooHeavy(built(200, 40))).toEqual([])
  expect(tooHeavy(built(200, 60))).toEqual([
    expect.stringMatching(/^\/targets\/\[name\] loads 260 kB of JavaScript \(gzip\), at most 250 are allowed/),
  ])
  expect(tooHeavy(join(tmpdir(), 'evenkeel-no-build'))).toEqual([])
})

test('a manifest of another form is an error, not a page without scripts', () => {
  expect(() => scriptsOf('globalThis.other = {}')).toThrow('another form')
  expect(() => scriptsOf('globalThis.__RSC_MANIFEST["/page"] = {};')).toThrow('another form')
})
