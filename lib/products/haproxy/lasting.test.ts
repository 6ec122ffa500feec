import { describe, expect, it } from 'vitest'
import type { PoolServer } from '../../model/topology.ts'
import { haproxyCode } from './asCode.ts'
import { haproxyConfig } from './config.ts'
import { parseConfigFile, parseConfigFiles } from './configFile.ts'
import { fileLineOf, reloadOf } from './lasting.ts'
import { withDisabled, withWeight } from './serverLine.ts'

describe('a server line with another weight', () => {
  it.each([
    ['  server a 10.0.0.1:80 weight 100 check', '  server a 10.0.0.1:80 weight 7 check'],
    ['\tserver a 10.0.0.1:80 check   weight   100   # weight 100', '\tserver a 10.0.0.1:80 check   weight   7   # weight 100'],
    ['server a 10.0.0.1:80 weight 5 weight 6', 'server a 10.0.0.1:80 weight 5 weight 7'],
    ['server a 10.0.0.1:80 weight "100"\r', 'server a 10.0.0.1:80 weight 7\r'],
    ["server a 10.0.0.1:80 weight '1'00 maxconn 5", 'server a 10.0.0.1:80 weight 7 maxconn 5'],
    ['server a 10.0.0.1:80 weight "$' + '{W}" check', 'server a 10.0.0.1:80 weight 7 check'],
    ['server weight weight:80', 'server weight weight:80 weight 7'],
    ['server "a # b" 10.0.0.1:80 check # spare', 'server "a # b" 10.0.0.1:80 check weight 7 # spare'],
    ['server a\\ b 10.0.0.1:80  ', 'server a\\ b 10.0.0.1:80 weight 7  '],
  ])('%j', (line, wanted) => {
    expect(withWeight(line, 7)).toBe(wanted)
  })
})

it.each([
  ['server a h:80 weight 5 # x', true, 'server a h:80 weight 5 disabled # x'],
  ['server a h:80 disabled weight 5', false, 'server a h:80 weight 5'],
  ['server a h:80 enabled', true, 'server a h:80 disabled'],
  // `default-server disabled` above it.
  ['server a h:80 check', false, 'server a h:80 check enabled'],
])('%j in maintenance: %s', (line, disabled, wanted) => {
  expect(withDisabled(line, disabled)).toBe(wanted)
})

const CFG = `global
  server-state-base /var/lib/haproxy
  server-state-file state
defaults
  load-server-state-from-file global
  default-server weight 10
backend app
  server a 10.0.0.1:80 weight 100 check  # big
  server b 10.0.0.2:80
  server c 10.0.0.3:80 disabled
  server-template t 1-2 svc:80 weight 5
  .if defined(X)
    server d 10.0.0.4:80 weight 3
  .endif
  server e 10.0.0.5:80 weight "\${W}"
backend own
  load-server-state-from-file local
  server-state-file-name own.state
  server a 10.0.0.1:80
backend plain
  load-server-state-from-file none
  server a 10.0.0.1:80
`
const [app, own, plain] = parseConfigFile(CFG, '/etc/haproxy.cfg').pools as [never, never, never]
const line = (name: string, server: Partial<PoolServer>) => {
  const file = (app as ReturnType<typeof parseConfigFile>['pools'][number]).servers.find((one) => one.name === name)!
  return fileLineOf({ name, weightSet: file.weight ?? 0, state: 'up', ...server }, file)
}

describe('what would last', () => {
  it('is nothing where file and runtime agree', () => {
    expect(line('a', {})).toBeUndefined()
    expect(line('a', { state: 'down' })).toBeUndefined()
    expect(line('c', { state: 'maint' })).toBeUndefined()
    // Shows as drained because of its weight, and nobody set a state.
    expect(line('a', { state: 'drain', weightSet: 0 })?.wanted).toBe('  server a 10.0.0.1:80 weight 0 check  # big')
  })

  it('is the line with its number, byte for byte but for what differs', () => {
    expect(line('a', { weightSet: 40 })).toEqual({
      where: '/etc/haproxy.cfg:8',
      now: '  server a 10.0.0.1:80 weight 100 check  # big',
      wanted: '  server a 10.0.0.1:80 weight 40 check  # big',
      notes: [],
    })
    expect(line('b', { weightSet: 40 })?.wanted).toBe('  server b 10.0.0.2:80 weight 40')
    expect(line('b', { state: 'maint' })?.wanted).toBe('  server b 10.0.0.2:80 disabled')
    expect(line('c', { weightSet: 20 })?.wanted).toBe('  server c 10.0.0.3:80 weight 20')
    expect(line('a', { state: 'maint', weightSet: 1 })?.wanted).toBe('  server a 10.0.0.1:80 weight 1 check disabled  # big')
  })

  it('is said plainly where no line can hold it', () => {
    expect(line('a', { state: 'drain' })).toMatchObject({ notes: [expect.stringContaining('no keyword for a drain')] })
    expect(line('a', { state: 'drain' })).not.toHaveProperty('wanted')
    for (const [name, why] of [
      ['t2', /server-template/],
      ['d', /\.if/],
    ] as const) {
      // biome-ignore format: a table
      expect(line(name, { weightSet: 9, state: 'maint' })).toMatchObject({ notes: [expect.stringMatching(why)] })
      expect(line(name, { weightSet: 9, state: 'maint' })).not.toHaveProperty('wanted')
    }
    // Its weight in the file is unknown, so nothing differs.
    expect(line('e', { weightSet: 9 })).toBeUndefined()
  })

  it('may be the state saved before a reload, in the file that this pool reads', () => {
    const file = parseConfigFile(CFG)
    const socket = { path: '/run/ha proxy.sock' }
    expect(reloadOf(app, file, socket)).toMatchObject({
      keeps: true,
      command: `echo "show servers state" | socat stdio 'unix-connect:/run/ha proxy.sock' > /var/lib/haproxy/state`,
    })
    expect(reloadOf(own, file, { host: '127.0.0.1', port: 99 })).toMatchObject({
      keeps: true,
      command: 'echo "show servers state own" | socat stdio tcp-connect:127.0.0.1:99 > /var/lib/haproxy/own.state',
    })
    expect(reloadOf(plain, file, socket)).toMatchObject({ keeps: false, text: expect.stringContaining('takes every weight') })
    expect(reloadOf(app, { pools: [], gates: [] }, socket)).toMatchObject({
      keeps: false,
      text: expect.stringContaining('`server-state-file` is missing'),
    })
  })

  it('names the right one of several files; defaults hold on over files, a section does not', () => {
    const { pools } = parseConfigFiles([
      { file: '1.cfg', text: 'defaults\n  default-server weight 9\nbackend x\n  server a h:1\n' },
      { file: '2.cfg', text: '  server stray h:9\nbackend y\n\n  server b h:2\n' },
    ])
    expect(pools.map(({ name, servers }) => [name, servers.map(({ name, weight, at }) => [name, weight, at])])).toEqual([
      ['x', [['a', 9, { file: '1.cfg', line: 4 }]]],
      ['y', [['b', 9, { file: '2.cfg', line: 4 }]]],
    ])
  })
})

it('a limit is read from the file and written there, and given as code', () => {
  const config = haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: '/run/haproxy.sock' })
  const edit = { name: 'app/a/maxconn', expect: '0', value: '30' }
  const file = 'backend app\n  server a 10.0.0.1:80 check # first\n  server b 10.0.0.2:80 maxconn 9\n'
  expect(haproxyCode.file!.read(file, ['app/a/maxconn', 'app/b/maxconn'], 'f')).toEqual({ 'app/a/maxconn': '0', 'app/b/maxconn': '9' })
  expect(haproxyCode.file!.write(file, [edit, { name: 'app/b/maxconn', expect: '9', value: '12' }], 'f')).toBe(
    'backend app\n  server a 10.0.0.1:80 check maxconn 30 # first\n  server b 10.0.0.2:80 maxconn 12\n',
  )
  const [ansible, shell] = haproxyCode.snippets(config, [edit])
  expect(shell!.text).toContain("'set maxconn server app/a 30'")
  expect(ansible!.text).toContain('Give a maxconn to a line that has none')
})
