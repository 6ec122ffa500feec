import { spawnSync } from 'node:child_process'
import { parse as parseHcl } from '@cdktn/hcl2json'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments, parseDocument } from 'yaml'
import { evenkeelCall } from '../exporters/evenkeelCall.ts'
import { shellLine, shellWord } from '../format/shell.ts'
import type { Snippet } from '../model/code.ts'
import { playbook, pythonPattern } from './code/ansible.ts'
import { HclBlocks, hclBlock, hclString } from './code/hcl.ts'
import { codeWriters } from './codeWriters.ts'
import { products } from './sources.ts'

const HOSTILE = [
  // biome-ignore lint/suspicious/noTemplateCurlyInString: HCL's.
  'a${file("/etc/passwd")}b',
  '%{ for x in y }z%{ endfor }',
  '$${x}%%{y}',
  'quote " back \\ slash',
  "it's; rm -rf / #",
  '$(reboot) `reboot` $HOME',
  '{{ lookup("pipe", "reboot") }} {% if x %}{# c #}',
  'line\nbreak\ttab\r',
  '- list: [of, {things}]',
  '!!python/object:os.system',
  '&anchor *alias',
  'ünï ☃ 𐍈 \u2028 \u0085',
  '--option',
  '# comment',
  'true',
  '007',
]

type Target = { kind: string; [key: string]: unknown }
const configOf = (config: Target) => products.find(({ kind }) => kind === config.kind)!.config.parse({ name: 'one', ...config }) as never

/** What a writer makes of new values on such a target. */
function snippets(config: Target, values: Record<string, string>): Snippet[] {
  const writer = codeWriters.find(({ kind }) => kind === config.kind)!
  return writer.snippets(
    configOf(config),
    Object.entries(values).map(([name, value]) => ({ name, expect: '', value })),
  )
}
const ofForm = (found: Snippet[], form: Snippet['form']) => found.find((snippet) => snippet.form === form)!.text

describe('text of others', () => {
  it('is that text and nothing else in HCL, by HashiCorp’s own parser', async () => {
    const body = Object.fromEntries(HOSTILE.map((text, i) => [`a${i}`, text]))
    // biome-ignore lint/suspicious/noTemplateCurlyInString: HCL's.
    const text = hclBlock('resource', ['kind', 'x"${y}'], { ...body, tags: { [HOSTILE[0]!]: HOSTILE[1]! }, inner: new HclBlocks({ name: HOSTILE[3]! }) }) // biome-ignore format: one line
    const { resource } = await parseHcl('x.tf', text)
    const [read] = Object.values(Object.values(resource.kind)[0] as object) as [Record<string, unknown>]
    // The parser answers templates as they are written: `$${` and `%%{` are its own escapes.
    const literal = (one: string) => one.replace(/([$%])\{/g, '$1$1{')
    const { inner, tags, ...own } = (Object.values(resource.kind)[0] as Record<string, unknown>[])[0]!
    expect(own).toEqual(Object.fromEntries(HOSTILE.map((one, i) => [`a${i}`, literal(one).normalize('NFC')])))
    expect(inner).toEqual([{ name: HOSTILE[3]! }])
    expect(Object.values(tags as object)).toEqual([literal(HOSTILE[1]!)])
    expect(read).toBeDefined()
  })

  it('leaves no template in an HCL string', () => {
    for (const text of HOSTILE) expect(hclString(text).replace(/\$\$\{|%%\{/g, '')).not.toMatch(/[$%]\{/)
    expect(hclString('a"\n')).toBe('"a\\"\\n"')
  })

  it('is one word of a shell', () => {
    const line = shellLine(['printf', '%s\\0', ...HOSTILE])
    const { stdout, status } = spawnSync('/bin/sh', ['-c', line], { encoding: 'utf8' })
    expect(status).toBe(0)
    expect(stdout.split('\0').slice(0, -1)).toEqual(HOSTILE)
    expect(shellWord("it's")).toBe("'it'\\''s'")
  })

  it('stops a shell with a sentence where a variable is not set', () => {
    const line = shellLine(['echo', { variable: 'NOT_SET_HERE', words: 'the name of the group' }])
    const { stderr, status } = spawnSync('/bin/sh', ['-c', line], { encoding: 'utf8', env: { NODE_ENV: 'test' } })
    expect(status).not.toBe(0)
    expect(stderr).toContain('the name of the group')
  })

  it('is no template of Ansible and no YAML but itself', () => {
    const text = playbook('all', [{ name: 'x', 'ansible.builtin.debug': { msg: HOSTILE } }])
    const document = parseDocument(text)
    expect(document.warnings.filter(({ message }) => !message.includes('!unsafe'))).toEqual([])
    expect((parse(text, { logLevel: 'silent' }) as [{ tasks: [Record<string, { msg: string[] }>] }])[0].tasks[0]['ansible.builtin.debug']!.msg).toEqual(HOSTILE) // biome-ignore format: one line
    for (const line of text.split('\n')) if (/\{\{|\{%|\{#/.test(line)) expect(line).toContain('!unsafe')
  })

  it('matches itself alone as a pattern', () => {
    for (const text of HOSTILE.filter((one) => !/[\n\r\t\u2028\u0085]/.test(one))) {
      // JavaScript's `v` syntax refuses escapes that Python takes.
      expect(new RegExp(`^${pythonPattern(text)}$`).test(text), text).toBe(true)
      expect(new RegExp(`^${pythonPattern(text)}$`).test(`${text}x`)).toBe(false)
    }
  })

  it('is the body of the call of Evenkeel’s API', () => {
    const steps = HOSTILE.map((name) => ({ setting: { target: 'a', name }, before: '', after: name }))
    const { text } = evenkeelCall('https://keel.example/', steps, "it's")
    const { stdout } = spawnSync('/bin/sh', ['-c', text.replace(/^curl/, "printf '%s\\0'")], {
      encoding: 'utf8',
      env: { NODE_ENV: 'test', EVENKEEL_TOKEN: 't' },
    })
    const words = stdout.split('\0')
    expect(words).toContain('https://keel.example/api/v1/changes')
    expect(words).toContain('Authorization: Bearer t')
    expect(JSON.parse(words[words.indexOf('--data') + 1]!)).toEqual({
      steps: steps.map(({ setting, after }) => ({ setting, after })),
      because: "it's",
    })
  })
})

describe('a change as code', () => {
  it('of HAProxy sets the file and the running server', () => {
    const found = snippets(
      { kind: 'haproxy', socket: 'unix:/run/haproxy.sock', config: '/etc/h.cfg' },
      { 'app/app3/weight': '24', 'app/a/state': 'drain' },
    )
    expect(found.map(({ form }) => form)).toEqual(['ansible', 'shell'])
    const [play] = parse(ofForm(found, 'ansible')) as [{ tasks: Record<string, Record<string, unknown>>[] }]
    expect(play.tasks.map((task) => task['ansible.builtin.replace']?.path ?? task['ansible.builtin.command']?.stdin)).toEqual([
      '/etc/h.cfg',
      '/etc/h.cfg',
      'set server app/app3 weight 24',
      'set server app/a state drain',
    ])
    expect(ofForm(found, 'shell').split('\n')[0]).toBe(
      "printf '%s\\n' 'set server app/app3 weight 24' | socat stdio unix-connect:/run/haproxy.sock",
    )
  })

  it('of HAProxy behind its Data Plane API is what is sent, without the password', () => {
    const dataplane = { url: 'https://lb:5555', username: 'admin', password: 'hunter2', ca: '-----BEGIN CERTIFICATE-----' }
    const edits = { 'app/app3/weight': '24', 'app/a/state': 'maint' }
    const [runtime, ...others] = snippets({ kind: 'haproxy', dataplane }, edits)
    expect(others).toEqual([])
    expect(runtime!.text.split('\n')[0]).toBe(
      `curl --fail-with-body --silent --show-error --user admin --cacert ca.pem --request PUT --header 'content-type: application/json' --data '{"weight":24}' https://lb:5555/v3/services/haproxy/runtime/backends/app/servers/app3`,
    )
    const [inFile] = snippets({ kind: 'haproxy', dataplane: { ...dataplane, write: 'config' } }, edits)
    expect(inFile!.text.split('\n')).toEqual([
      expect.stringMatching(/^VERSION=\$\(curl .*\/configuration\/version\)$/),
      expect.stringMatching(
        /^ID=\$\(curl .* --request POST "https:\/\/lb:5555\/v3\/services\/haproxy\/transactions\?version=\$VERSION" \| jq -r \.id\)$/,
      ),
      expect.stringContaining(`jq '. + {"weight":24}'`),
      expect.stringContaining(`jq '. + {"maintenance":"enabled"}'`),
      expect.stringMatching(/--request PUT "https:.*\/transactions\/\$ID\?force_reload=true"$/),
    ])
    expect(JSON.stringify([runtime, inFile])).not.toContain('hunter2')
    expect(() => snippets({ kind: 'haproxy', dataplane: { ...dataplane, write: 'config' } }, { 'app/a/state': 'drain' })).toThrow(
      /no keyword for a drain/,
    )
  })

  it('of Redis holds no password', () => {
    const found = snippets({ kind: 'redis', url: 'rediss://ann:hunter2@cache:6380' }, { 'config/maxmemory': '2147483648' })
    expect(JSON.stringify(found)).not.toContain('hunter2')
    const [play] = parse(ofForm(found, 'ansible')) as [{ tasks: Record<string, unknown>[] }]
    expect(play.tasks[0]!['community.general.redis']).toEqual({
      command: 'config',
      login_host: 'cache',
      login_port: 6380,
      login_user: 'ann',
      login_password: '{{ redis_password }}',
      tls: true,
      name: 'maxmemory',
      value: '2147483648',
    })
    expect(ofForm(found, 'ansible')).toContain('login_password: "{{ redis_password }}"')
    expect(ofForm(found, 'shell')).toBe('redis-cli -h cache -p 6380 --tls --user ann CONFIG SET maxmemory 2147483648')
  })

  it('of what a provider runs is the provider’s own, and of Kubernetes Helm values', async () => {
    const values = { 'config/maxmemory-policy': 'allkeys-lfu', 'config/maxmemory': '1073741824' }
    const aws = snippets({ kind: 'redis', url: 'rediss://a.b.use1.cache.amazonaws.com:6379' }, values)
    expect(aws.map(({ form }) => form)).toEqual(['aws', 'terraform'])
    expect(aws[0]!.notes.join()).toContain('has no maxmemory of its own')
    expect(await parseHcl('x.tf', ofForm(aws, 'terraform'))).toMatchObject({
      resource: { aws_elasticache_parameter_group: { evenkeel: [{ parameter: [{ name: 'maxmemory-policy', value: 'allkeys-lfu' }] }] } },
    })
    expect(ofForm(snippets({ kind: 'redis', url: 'rediss://shop.redis.cache.windows.net:6380' }, values), 'az')).toContain(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's.
      'az redis update --name shop --resource-group "${RESOURCE_GROUP:?its resource group}" --set redisConfiguration.maxmemory-policy=allkeys-lfu',
    )
    const pod = snippets({ kind: 'redis', url: 'redis://redis-0.redis.shop.svc.cluster.local:6379' }, values)
    expect(ofForm(pod, 'kubectl').split('\n')[0]).toBe('kubectl -n shop exec redis-0 -- redis-cli CONFIG SET maxmemory-policy allkeys-lfu')
    expect(parse(ofForm(pod, 'helm'))).toEqual({ commonConfiguration: 'maxmemory-policy allkeys-lfu\nmaxmemory 1073741824\n' })
    const seen = snippets({ kind: 'prometheus', url: 'http://prom:9090' }, values)
    expect(seen.map(({ form }) => form)).toEqual(['aws', 'terraform', 'gcloud', 'terraform', 'az', 'terraform'])
    for (const { text } of seen.filter(({ language }) => language === 'hcl')) expect(Object.keys(await parseHcl('x.tf', text))).toEqual(['resource']) // biome-ignore format: one line
  })

  it('of keys and slots that are moved is none', () => {
    expect(snippets({ kind: 'redis', url: 'redis://a' }, { 'expiry/2026-01-05T12:00:00Z+60s/a:*': 'x' })).toEqual([])
  })

  it('is YAML that reads back for every other product', () => {
    const all = [
      snippets(
        { kind: 'nginx', status: 'http://h/s', upstreams: { app: { file: '/etc/nginx/app.conf' } } },
        { 'app/10.0.0.1:80/weight': '3' },
      ),
      snippets({ kind: 'twemproxy', stats: 'tcp://h:22222', config: '/etc/n.yml' }, { 'alpha/server1/weight': '3' }),
      snippets({ kind: 'memcached', address: 'h:11211' }, { limit_maxbytes: String(128 * 1_048_576), 'config/temp_ttl': '-1' }),
      snippets({ kind: 'memcached', address: 'mc.shop.svc:11211' }, { limit_maxbytes: String(128 * 1_048_576) }),
    ].flat()
    expect(all.map(({ form }) => form)).toEqual(['ansible', 'ansible', 'ansible', 'shell', 'file', 'helm'])
    for (const { language, text } of all)
      if (language === 'yaml') expect(parseAllDocuments(text).flatMap(({ errors }) => errors)).toEqual([])
    expect(ofForm(all, 'shell')).toContain('cache_memlimit 128')
    expect(ofForm(all, 'file')).toBe('-m 128')
  })
})

describe('a setting in a file', () => {
  const editorOf = (kind: string) => codeWriters.find((writer) => writer.kind === kind)!.file!
  const CASES: [kind: string, text: string, name: string, before: string, after: string, changed: string][] = [
    ['haproxy', 'backend web\n  server a 10.0.0.1:80 weight 9\nbackend app\r\n  server a 10.0.0.1:80 check weight 100 # why\r\n  server b 10.0.0.2:80\n', 'app/a/weight', '100', '50', 'backend web\n  server a 10.0.0.1:80 weight 9\nbackend app\r\n  server a 10.0.0.1:80 check weight 50 # why\r\n  server b 10.0.0.2:80\n'], // biome-ignore format: one line
    ['haproxy', 'backend app\n  server a 10.0.0.1:80\n', 'app/a/state', 'ready', 'maint', 'backend app\n  server a 10.0.0.1:80 disabled\n'], // biome-ignore format: one line
    ['nginx', 'upstream app {\n  server 10.0.0.1:80 weight=3; # a\n}\n', 'app/10.0.0.1:80/weight', '3', '7', 'upstream app {\n  server 10.0.0.1:80 weight=7; # a\n}\n'], // biome-ignore format: one line
    ['twemproxy', 'alpha:\n  servers:\n   - 10.0.0.1:6379:1 server1\n', 'alpha/server1/weight', '1', '5', 'alpha:\n  servers:\n   - 10.0.0.1:6379:5 server1\n'], // biome-ignore format: one line
    ['redis', 'requirepass x\n# maxmemory 1\nmaxmemory 1gb\n', 'config/maxmemory', '1073741824', '2147483648', 'requirepass x\n# maxmemory 1\nmaxmemory 2147483648\n'], // biome-ignore format: one line
    [
      'redis',
      'maxmemory-policy "allkeys-lru"\n',
      'config/maxmemory-policy',
      'allkeys-lru',
      'allkeys-lfu',
      'maxmemory-policy allkeys-lfu\n',
    ],
    ['memcached', '# -m 1\n-m 64\n-p 11211\n', 'limit_maxbytes', '67108864', '134217728', '# -m 1\n-m 128\n-p 11211\n'],
    ['memcached', 'OPTIONS="-l 127.0.0.1 -m 64"\n', 'limit_maxbytes', '67108864', '134217728', 'OPTIONS="-l 127.0.0.1 -m 128"\n'],
  ]
  it.each(CASES)('of %s is read and changed, all else byte for byte: %j', (kind, text, name, before, after, changed) => {
    const editor = editorOf(kind)
    expect(editor.read(text, [name], 'f')).toEqual({ [name]: before })
    expect(editor.write(text, [{ name, expect: before, value: after }], 'f')).toBe(changed)
    expect(editor.read(changed, [name], 'f')).toEqual({ [name]: after })
  })

  it('of Envoy keeps the indentation that the file has', () => {
    const address = { socket_address: { address: '10.0.0.1', port_value: 80 } }
    const resources = [{ '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment', cluster_name: 'app', endpoints: [{ lb_endpoints: [{ endpoint: { address }, load_balancing_weight: 3 }] }] }] // biome-ignore format: one line
    const text = JSON.stringify({ version_info: 'x', resources }, null, 4)
    const editor = editorOf('envoy')
    expect(editor.read(text, ['app/10.0.0.1:80/weight', 'app/10.0.0.9:80/weight'], 'f')).toEqual({ 'app/10.0.0.1:80/weight': '3' })
    const next = editor.write(text, [{ name: 'app/10.0.0.1:80/weight', expect: '3', value: '9' }], 'f')
    const lines = next.split('\n').filter((line, i) => line !== text.split('\n')[i])
    expect(lines).toEqual([expect.stringContaining('"version_info"'), expect.stringContaining('"load_balancing_weight": 9')])
  })

  it('that is not there is no value, and never written', () => {
    for (const [kind, text, name] of CASES) {
      const other = name
        .replace(/\/(a|10\.0\.0\.1:80|server1)\//, '/other/')
        .replace('config/maxmemory', 'config/hz')
        .replace('limit_maxbytes', 'config/temp_ttl')
      if (other.startsWith('config/hz-')) continue
      expect(editorOf(kind).read(text, [other], 'f')).toEqual({})
      expect(() => editorOf(kind).write(text, [{ name: other, expect: '', value: '1' }], 'f')).toThrow(/has no|does not|no server/)
    }
  })
})
