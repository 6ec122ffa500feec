import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { playbook } from './code/ansible.ts'
import { codeWriters } from './codeWriters.ts'
import { products } from './sources.ts'

type Target = { kind: string; [key: string]: unknown }

/** Runs a playbook on this machine; answers how many tasks changed something. */
function play(folder: string, text: string, flags: readonly string[] = []): number {
  const file = join(folder, 'play.yml')
  writeFileSync(file, text)
  const inventory = join(folder, 'hosts')
  writeFileSync(inventory, ['haproxy', 'nginx', 'redis', 'memcached', 'twemproxy', 'varnish', 'all'].map((group) => (group === 'all' ? '' : `[${group}]\nhere ansible_connection=local\n`)).join('')) // biome-ignore format: one line
  const { stdout, stderr, status } = spawnSync('ansible-playbook', ['-i', inventory, '-e', 'ansible_become=false', ...flags, file], {
    encoding: 'utf8',
    env: { ...process.env, HOME: folder, ANSIBLE_NOCOLOR: '1', LC_ALL: 'C.UTF-8', ANSIBLE_LOCALHOST_WARNING: '0' },
    timeout: 120_000,
  })
  expect(status, `${text}\n${stdout}\n${stderr}`).toBe(0)
  return Number(/changed=(\d+)/.exec(stdout)?.[1] ?? 0)
}

function playbookOf(config: Target, values: Record<string, string>): string {
  const parsed = products.find(({ kind }) => kind === config.kind)!.config.parse({ name: 'one', ...config })
  const edits = Object.entries(values).map(([name, value]) => ({ name, expect: '', value }))
  return codeWriters
    .find(({ kind }) => kind === config.kind)!
    .snippets(parsed, edits)
    .find(({ form }) => form === 'ansible')!.text
}

function withFolder(run: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-ansible-'))
  try {
    run(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const HAPROXY = `defaults
  mode http
  timeout connect 1s
  timeout client 1s
  timeout server 1s
backend web
  server app1 127.0.0.1:81 weight 9
backend app
  balance roundrobin
  server app1 127.0.0.1:81 check weight 100 # a comment, weight 7
  server app10 127.0.0.1:83 weight 100
  server app2 127.0.0.1:82 # no word
frontend in
  bind 127.0.0.1:65001
  default_backend app
listen other
  bind 127.0.0.1:65002
  server app1 127.0.0.1:81 weight 9
`

describeWith(['ansible-playbook', 'haproxy', 'nginx'], 'what Ansible is given', () => {
  const cases: [string, string, (file: string) => [Target, Record<string, string>], string][] = [
    [
      'haproxy',
      HAPROXY,
      (file) => [{ kind: 'haproxy', stats: 'http://h/s', config: file }, { 'app/app1/weight': '50', 'app/app2/weight': '5', 'app/app10/state': 'maint' }],
      HAPROXY.replace('check weight 100 #', 'check weight 50 #')
        .replace(':82 # no', ':82 weight 5 # no')
        .replace(':83 weight 100', ':83 weight 100 disabled'),
    ],
    [
      'nginx, whole upstreams',
      'upstream web {\n  server 10.0.0.1:80 weight=9;\n}\nupstream app {\n  server 10.0.0.1:80 weight=3 max_fails=2;\n  server 10.0.0.2:80;\n}\nupstream z {\n  server 10.0.0.1:80 weight=9;\n}\n',
      (file) => [{ kind: 'nginx', status: 'http://h/s', upstreams: { app: { file } } }, { 'app/10.0.0.1:80/weight': '7', 'app/10.0.0.2:80/weight': '4', 'app/10.0.0.2:80/state': 'drain' }],
      'upstream web {\n  server 10.0.0.1:80 weight=9;\n}\nupstream app {\n  server 10.0.0.1:80 weight=7 max_fails=2;\n  server 10.0.0.2:80 weight=4 down;\n}\nupstream z {\n  server 10.0.0.1:80 weight=9;\n}\n',
    ],
    [
      'nginx, servers alone',
      'server 10.0.0.1:80 weight=3;\nserver 10.0.0.2:80 down;\n',
      (file) => [{ kind: 'nginx', status: 'http://h/s', upstreams: { app: { file } } }, { 'app/10.0.0.1:80/weight': '7', 'app/10.0.0.2:80/state': 'ready' }],
      'server 10.0.0.1:80 weight=7;\nserver 10.0.0.2:80;\n',
    ],
    [
      'twemproxy',
      'alpha:\n  servers:\n   - 10.0.0.1:6379:1 server1\n   - 10.0.0.2:6379:1\nbeta:\n  servers:\n   - 10.0.0.1:6379:1 server1\n',
      (file) => [{ kind: 'twemproxy', stats: 'tcp://h:22222', config: file, program: '/bin/true' }, { 'alpha/server1/weight': '5', 'alpha/10.0.0.2:6379/weight': '6' }],
      'alpha:\n  servers:\n   - 10.0.0.1:6379:5 server1\n   - 10.0.0.2:6379:6\nbeta:\n  servers:\n   - 10.0.0.1:6379:1 server1\n',
    ],
  ] // biome-ignore format: columns of a table
  it.each(cases)('changes the file of %s as it is meant to, once', (_, before, make, after) => {
    withFolder((folder) => {
      const file = join(folder, 'file.conf')
      writeFileSync(file, before)
      const [config, values] = make(file)
      // Handlers reload what is not here.
      const text = playbookOf(config, values)
        .replace(/\n {2}handlers:[\s\S]*$/, '\n')
        .replace(/\n *notify: .*/g, '')
      expect(play(folder, text)).toBeGreaterThan(0)
      expect(readFileSync(file, 'utf8')).toBe(after)
      expect(play(folder, text)).toBe(0)
      expect(readFileSync(file, 'utf8')).toBe(after)
    })
  })

  it('passes its syntax check for every product, with its handlers', () => {
    withFolder((folder) => {
      for (const [config, values] of [
        [{ kind: 'redis', url: 'rediss://u:p@cache:6380' }, { 'config/maxmemory': '2147483648' }],
        [{ kind: 'redis', url: 'unix:/run/redis.sock' }, { 'config/maxmemory-policy': 'allkeys-lfu' }],
        [
          { kind: 'memcached', address: 'h:11211' },
          { limit_maxbytes: '134217728', 'config/temp_ttl': '-1' },
        ],
        [{ kind: 'haproxy', socket: 'tcp://h:1', config: '/etc/{{ x }}.cfg' }, { 'app/a/weight': '3' }],
        [{ kind: 'nginx', status: 'http://h/s' }, { 'app/unix:/run/{{ a }}.sock/weight': '3' }],
        [{ kind: 'twemproxy', stats: 'tcp://h:22222' }, { 'alpha/a/weight': '3' }],
        [{ kind: 'varnish', admin: 'h:6082', secret_file: '/etc/{{ x }}' }, { 'param/default_ttl': '60' }],
      ] as [Target, Record<string, string>][])
        play(folder, playbookOf(config, values), ['--syntax-check'])
    })
  })

  it('is never evaluated', () => {
    withFolder((folder) => {
      const path = join(folder, 'out')
      const hostile = '{{ lookup("pipe", "touch /tmp/evenkeel-owned") }} {% raw %} {# c #} \\1 $HOME `id`'
      expect(play(folder, playbook('redis', [{ name: 'x', 'ansible.builtin.copy': { dest: path, content: hostile } }]))).toBe(1)
      expect(readFileSync(path, 'utf8')).toBe(hostile)
    })
  })
})
