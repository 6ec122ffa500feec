import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkout } from '../../test/checkout.ts'
import type { FileEditor } from '../model/code.ts'
import type { RepositoryConfig, RepositoryFile } from '../model/repository.ts'
import { writeCommit } from './commit.ts'
import { patchOf, planCommit } from './plan.ts'
import { openPullRequest } from './pullRequest.ts'

const same = (_target: string, _name: string, a: string, b: string) => a === b

/** A file of `NAME VALUE` lines. */
const editor: FileEditor = {
  read: (text, names) =>
    Object.fromEntries(
      names.flatMap((name) => new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? []).map((value, i) => [names[i]!, value]),
    ),
  write: (text, [edit]) => text.replace(new RegExp(`^${edit!.name} .*$`, 'm'), `${edit!.name} ${edit!.value}`),
}

const FILES = {
  'cache one.conf': 'password hunter2\nmemory 1\nother 5\n',
  'values.yaml': 'redis:\n  # how much\n  maxmemory: "1" # bytes\n  password: hunter2\n',
}

function repository(path: string, files: RepositoryFile[], more: Partial<RepositoryConfig> = {}): RepositoryConfig {
  return { path, files, prefix: 'evenkeel/', author: { name: 'Evenkeel', email: 'keel@example.com' }, arrivesMs: 60_000, ...more }
}
const asked = (files: RepositoryFile[], name: string, expect: string, value: string) => [
  { target: 'cache', edits: [{ name, expect, value }], editor, files },
]
const PLAIN = [{ file: 'cache one.conf' }]
const KEYED = [{ file: 'values.yaml', keys: { memory: ['redis', 'maxmemory'] } }]

describe('a commit', () => {
  it.each([
    ['a file of the server’s own', PLAIN, 'memory 2', 'cache one.conf'],
    ['a key of a YAML file', KEYED, '  maxmemory: "2" # bytes', 'values.yaml'],
  ])('of %s is made on a branch of its own, and the checkout stays as it is', async (_, files, line, file) => {
    using own = checkout(FILES)
    // Somebody is at work there: a file is staged, one is not.
    writeFileSync(join(own.path, 'staged'), 'x')
    own.git('add', 'staged')
    writeFileSync(join(own.path, 'values.yaml'), 'half written')
    mkdirSync(join(own.path, '.git/hooks'), { recursive: true })
    for (const hook of ['reference-transaction', 'post-index-change', 'pre-commit', 'post-commit']) {
      writeFileSync(join(own.path, '.git/hooks', hook), `#!/bin/sh\ntouch ${own.path}/hooked\nexit 1\n`)
      chmodSync(join(own.path, '.git/hooks', hook), 0o755)
    }
    own.git('config', 'core.fsmonitor', `touch ${own.path}/hooked; false`)
    own.git('config', 'core.hooksPath', '.git/hooks')
    const quiet = (...args: string[]) => own.git('-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...args)
    const before = quiet('ls-files', '--stage')
    const index = quiet('rev-parse', 'HEAD')
    const config = repository(own.path, files)
    const plan = await planCommit(config, asked(files, 'memory', '1', '2'), same)
    const commit = await writeCommit(config, plan, { branch: 'evenkeel/a', message: 'title\n\nbody --x\n', at: 1_700_000_000_000 })

    expect(quiet('rev-parse', 'evenkeel/a').trim()).toBe(commit)
    expect(quiet('rev-parse', 'evenkeel/a^')).toBe(index)
    expect(quiet('diff', '--unified=0', '--no-color', 'main', 'evenkeel/a', '--', '.')).toContain(`\n+${line}\n`)
    expect(quiet('diff', '--name-only', 'main', 'evenkeel/a')).toBe(`${file}\n`)
    expect(quiet('log', '-1', '--format=%an <%ae> %ct %s', 'evenkeel/a')).toBe('Evenkeel <keel@example.com> 1700000000 title\n')
    expect(quiet('ls-files', '--stage')).toBe(before)
    expect(quiet('status', '--porcelain')).toContain('A  staged')
    expect(quiet('status', '--porcelain')).toContain(' M values.yaml')
    expect(quiet('status', '--porcelain')).not.toContain('hooked')
    await expect(writeCommit(config, plan, { branch: 'evenkeel/a', message: 'again', at: 0 })).rejects.toMatchObject({ code: 'drift' })
    expect(quiet('rev-parse', 'evenkeel/a').trim()).toBe(commit)
  })

  it('touches neither the index nor HEAD, byte for byte', async () => {
    using own = checkout(FILES)
    const before = own.state()
    const config = repository(own.path, PLAIN)
    await writeCommit(config, await planCommit(config, asked(PLAIN, 'memory', '1', '2'), same), {
      branch: 'evenkeel/a',
      message: 'x',
      at: 0,
    })
    expect(own.state()).toBe(before)
  })

  it('is refused, with words, where the file does not hold what it is to begin with', async () => {
    using own = checkout(FILES)
    const plan = (files: RepositoryFile[], name = 'memory', value = '7', base?: string) =>
      planCommit(repository(own.path, files, base ? { base } : {}), asked(files, name, value, '9'), same)
    await expect(plan(PLAIN)).rejects.toMatchObject({
      code: 'drift',
      message: 'cache one.conf at main says memory 1, and cache has 7: nothing was committed. Bring the file and the server together first',
    })
    await expect(plan(KEYED)).rejects.toMatchObject({ code: 'drift' })
    await expect(plan(PLAIN, 'absent')).rejects.toThrow('no file of the repository holds absent (cache one.conf)')
    await expect(plan([...PLAIN, ...KEYED])).rejects.toThrow('more than one file of the repository holds memory')
    await expect(plan([{ file: 'nowhere' }])).rejects.toThrow('the repository has no file nowhere at main')
    await expect(plan(PLAIN, 'memory', '1', 'release')).rejects.toThrow('the repository has no branch "release"')
    await expect(planCommit(repository(tmpdir(), PLAIN), asked(PLAIN, 'memory', '1', '2'), same)).rejects.toMatchObject({
      code: 'unreachable',
    })
    await expect(planCommit(repository('/nowhere', PLAIN), asked(PLAIN, 'memory', '1', '2'), same)).rejects.toThrow('is not there')
    own.git('rm', '--quiet', '--cached', 'values.yaml')
    spawnSync('ln', ['-sf', '/etc/passwd', join(own.path, 'values.yaml')])
    own.commit({})
    await expect(plan(KEYED)).rejects.toThrow('values.yaml in the repository is no ordinary file')
  })

  it('is shown as a patch that git applies, without the line beside it', async () => {
    using own = checkout(FILES)
    const files = [...PLAIN, { file: 'values.yaml', keys: { other2: ['redis', 'maxmemory'] } }]
    const plan = await planCommit(
      repository(own.path, files),
      [{ target: 'cache', edits: [{ name: 'memory', expect: '1', value: '2' }, { name: 'other2', expect: '1', value: '3' }], editor, files }], // biome-ignore format: one line
      same,
    )
    const patch = patchOf(plan)
    expect(patch).not.toContain('hunter2')
    const { status, stderr } = spawnSync('git', ['-C', own.path, 'apply', '--unidiff-zero', '-'], { input: patch, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(own.git('diff', '--unified=0')).toContain('\n+memory 2\n')
    expect(own.git('diff', '--unified=0')).toContain('\n+  maxmemory: "3" # bytes\n')
  })
})

describe('the command that opens a pull request', () => {
  const request = { branch: 'evenkeel/a', base: 'main', commit: 'c0ffee', title: '$(id) `id`', body: 'line\nline' }
  const run = (command: string[], more: object = {}, signal = new AbortController().signal) =>
    openPullRequest(repository(tmpdir(), PLAIN, { pullRequest: { command, timeoutMs: 5_000, environment: [], ...more } }), request, signal)

  it('gets its words without a shell', async () => {
    expect(await run(['printf', '%s|', '{branch}', 'b={base}', '{title}', '{commit}{nothing}'])).toEqual({
      state: 'done',
      output: 'evenkeel/a|b=main|$(id) `id`|c0ffee{nothing}|',
    })
  })

  it('gets no environment but what it is given, and shows no value of it', async () => {
    process.env.EVENKEEL_TEST_TOKEN = 'hunter2-token'
    process.env.EVENKEEL_TEST_OTHER = 'other-secret'
    try {
      const { output } = await run(['env'], { environment: ['EVENKEEL_TEST_TOKEN', 'NOT_SET_HERE'] })
      expect(output.split('\n').map((line) => line.split('=')[0]).sort()).toEqual(['EVENKEEL_TEST_TOKEN', 'GIT_TERMINAL_PROMPT', 'HOME', 'PATH']) // biome-ignore format: one line
      expect(output).not.toContain('hunter2')
      expect(output).toContain('EVENKEEL_TEST_TOKEN=•••')
    } finally {
      delete process.env.EVENKEEL_TEST_TOKEN
      delete process.env.EVENKEEL_TEST_OTHER
    }
  })

  it('is killed at its deadline, with what it has started', async () => {
    const began = performance.now()
    const { state, output } = await run(['sh', '-c', 'echo begun; sleep 60 & sleep 60'], { timeoutMs: 200 })
    expect(performance.now() - began).toBeLessThan(5_000)
    expect({ state, output }).toEqual({ state: 'failed', output: 'begun\nIt was killed after 0.2 s.' })
  })

  it('fails with words, and is interrupted when Evenkeel ends', async () => {
    expect(await run(['sh', '-c', 'echo no >&2; exit 3'])).toEqual({ state: 'failed', output: 'no\nIt ended with 3.' })
    expect((await run(['/nowhere/gh'])).output).toBe('The program is not there, or Evenkeel may not run it.')
    const ended = new AbortController()
    setTimeout(() => ended.abort(), 50)
    expect(await run(['sleep', '60'], {}, ended.signal)).toEqual({ state: 'interrupted', output: '' })
  })

  it('shows the end of a long output', async () => {
    const { output } = await run(['sh', '-c', 'i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done'])
    expect(output.length).toBeLessThanOrEqual(4_000)
    expect(output.endsWith('line 2999')).toBe(true)
  })
})
