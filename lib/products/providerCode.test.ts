import { spawnSync } from 'node:child_process'
import { parse as parseHcl } from '@cdktn/hcl2json'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Snippet } from '../model/code.ts'
import type { Account } from './aws/account.ts'
import { awsCode } from './aws/asCode.ts'
import { type AwsConfig, awsConfig } from './aws/config.ts'
import type { Thing } from './aws/things.ts'
import { cloudflareCode } from './cloudflare/asCode.ts'
import { cloudflareConfig } from './cloudflare/config.ts'
import { varnishCode } from './varnish/asCode.ts'
import { varnishConfig } from './varnish/config.ts'

const edits = (values: Record<string, string>) => Object.entries(values).map(([name, value]) => ({ name, expect: '', value }))
const ofForm = (found: Snippet[], form: Snippet['form']) => found.find((snippet) => snippet.form === form)!.text
/** A shell reads it as a program. */
const isShell = (text: string) => spawnSync('/bin/sh', ['-n'], { input: text, encoding: 'utf8' }).stderr === ''

describe('of Varnish', () => {
  const config = varnishConfig.parse({ kind: 'varnish', name: 'v', admin: '10.0.0.1:6082', secret_file: "/etc/it's" })

  it('names the file of the secret, and sets the next start too', () => {
    const found = varnishCode.snippets(config, edits({ 'param/default_ttl': '10m', 'backend/app/state': 'sick' }))
    expect(found.map(({ form }) => form)).toEqual(['ansible', 'shell', 'file'])
    expect(ofForm(found, 'shell').split('\n')).toEqual([
      "varnishadm -T 10.0.0.1:6082 -S '/etc/it'\\''s' param.set default_ttl 600",
      "varnishadm -T 10.0.0.1:6082 -S '/etc/it'\\''s' backend.set_health app sick",
    ])
    expect(ofForm(found, 'file')).toBe('-p default_ttl=600')
    const [play] = parse(ofForm(found, 'ansible')) as [{ tasks: Record<string, { argv: string[] }>[] }]
    expect(play.tasks[1]!['ansible.builtin.command']!.argv.slice(-3)).toEqual(['backend.set_health', 'app', 'sick'])
  })

  it('refuses what Varnish would', () => {
    expect(() => varnishCode.snippets(config, edits({ 'backend/app/state': 'down' }))).toThrow('allowed: auto')
    expect(() => varnishCode.snippets(config, edits({ 'backend/a b/state': 'sick' }))).toThrow('is no setting')
  })
})

describe('of AWS', () => {
  const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:1'
  const member = (name: string, weight: number) => ({ name, arn: `${ARN}:targetgroup/${name}/7`, weight, healthy: null })
  const rule = (id: string, stickySeconds: number | null) => ({
    name: `443-${id}`,
    arn: `${ARN}:listener-rule/app/front/50/f2/${id}`,
    words: '',
    stickySeconds,
    members: [member('blue', 3), member('green', 1)],
  })
  const balancer: Thing = { of: 'balancer', id: 'front', address: 'front', arn: '', status: 'active', rules: [rule('96', 600), rule('default', null)] } // biome-ignore format: one line
  const node = { of: 'cache', id: 'shop-001', address: '', parameterGroup: 'shop-redis7' } as Thing
  const configOf = (thing: Thing): AwsConfig => {
    const parts = { cache: { things: [thing] }, balancer: { things: [thing] }, distribution: { things: [] } }
    const account = { newest: () => ({ parts }) } as unknown as Account
    return { ...awsConfig.parse({ kind: 'aws', name: 'cloud', region: 'eu-west-1', endpoint: 'http://user:pass@127.0.0.1:4566' }), behind: { thing, account } } // biome-ignore format: one line
  }

  it('keeps the weights that it does not change, of a rule and of a default action', async () => {
    const found = awsCode.snippets(configOf(balancer), edits({ '443-96/green/weight': '9', '443-default/blue/weight': '0' }))
    expect(found.map(({ form }) => form)).toEqual(['aws', 'terraform'])
    const { resource } = await parseHcl('x.tf', ofForm(found, 'terraform'))
    expect(resource.aws_lb_listener_rule).toEqual({
      rule_443_96: [
        {
          listener_arn: `${ARN}:listener/app/front/50/f2`,
          action: [
            {
              type: 'forward',
              forward: [
                {
                  target_group: [
                    { arn: `${ARN}:targetgroup/blue/7`, weight: 3 },
                    { arn: `${ARN}:targetgroup/green/7`, weight: 9 },
                  ],
                  stickiness: [{ enabled: true, duration: 600 }],
                },
              ],
            },
          ],
        },
      ],
    })
    expect(resource.aws_lb_listener.rule_443_default[0]).toMatchObject({
      load_balancer_arn: `${ARN}:loadbalancer/app/front/50`,
      port: 443,
      default_action: [{ forward: [{ target_group: [{ weight: 0 }, { weight: 1 }] }] }],
    })
    const shell = ofForm(found, 'aws')
    expect(isShell(shell)).toBe(true)
    expect(shell).toContain(
      `aws elbv2 modify-rule --region eu-west-1 --endpoint-url http://127.0.0.1:4566 --rule-arn ${ARN}:listener-rule/`,
    )
    expect(shell).toContain(`--listener-arn ${ARN}:listener/app/front/50/f2 --default-actions file:///dev/stdin`)
    expect(JSON.stringify(found)).not.toContain('user:pass')
  })

  it('sets the weights of records of Route 53: each deleted as it was read and made anew, all of it or nothing', async () => {
    const plain = { Name: 'www.shop.example.', Type: 'A', SetIdentifier: "e'u", Weight: 3, TTL: 300, ResourceRecords: [{ Value: '192.0.2.1' }], HealthCheckId: 'abc' } // biome-ignore format: one line
    const alias = { Name: 'www.shop.example.', Type: 'A', SetIdentifier: 'us', Weight: 1, AliasTarget: { HostedZoneId: 'Z32', DNSName: 'front.elb.amazonaws.com.', EvaluateTargetHealth: true } } // biome-ignore format: one line
    const members = [plain, alias].map((record) => ({ id: record.SetIdentifier, weight: record.Weight, values: [], checked: true, record }))
    const zone: Thing = { of: 'zone', id: 'shop.example', address: '', zone: 'Z1SHOP', names: [{ name: 'www.shop.example A', ttl: null, members }] } // biome-ignore format: one line
    const config = { ...configOf(balancer), behind: { thing: zone, account: { newest: () => ({ parts: { zone: { things: [zone] } } }) } as unknown as Account } } // biome-ignore format: one line
    const found = awsCode.snippets(config, edits({ "www.shop.example A/e'u/weight": '9', 'www.shop.example A/us/weight': '0' }))
    const line = ofForm(found, 'aws')
    expect(isShell(line)).toBe(true)
    expect(line).toMatch(/^aws route53 change-resource-record-sets --region us-east-1 .* --hosted-zone-id Z1SHOP --change-batch '/)
    const argument = spawnSync('/bin/sh', ['-c', `aws() { for last; do :; done; printf %s "$last"; }\n${line}`], {
      encoding: 'utf8',
    }).stdout
    expect(JSON.parse(argument)).toEqual({
      Changes: [
        { Action: 'DELETE', ResourceRecordSet: plain },
        { Action: 'CREATE', ResourceRecordSet: { ...plain, Weight: 9 } },
        { Action: 'DELETE', ResourceRecordSet: alias },
        { Action: 'CREATE', ResourceRecordSet: { ...alias, Weight: 0 } },
      ],
    })
    const { resource } = await parseHcl('x.tf', ofForm(found, 'terraform'))
    expect(Object.values(resource.aws_route53_record).flat()).toEqual([
      { zone_id: 'Z1SHOP', name: 'www.shop.example', type: 'A', set_identifier: "e'u", ttl: 300, records: ['192.0.2.1'], health_check_id: 'abc', weighted_routing_policy: [{ weight: 9 }] }, // biome-ignore format: one line
      { zone_id: 'Z1SHOP', name: 'www.shop.example', type: 'A', set_identifier: 'us', alias: [{ name: 'front.elb.amazonaws.com.', zone_id: 'Z32', evaluate_target_health: true }], weighted_routing_policy: [{ weight: 0 }] }, // biome-ignore format: one line
    ])
    expect(() => awsCode.snippets(config, edits({ 'www.shop.example A/us/weight': '256' }))).toThrow('from 0 to 255')
    expect(() => awsCode.snippets(config, edits({ 'www.shop.example A/ap/weight': '1' }))).toThrow('no record of this zone')
  })

  it('names the parameter group, and refuses one that nobody can change', async () => {
    const found = awsCode.snippets(configOf(node), edits({ 'config/maxmemory-policy': 'allkeys-lfu' }))
    expect(ofForm(found, 'aws')).toBe(
      `aws elasticache modify-cache-parameter-group --region eu-west-1 --endpoint-url http://127.0.0.1:4566 --cache-parameter-group-name shop-redis7 --parameter-name-values '[{"ParameterName":"maxmemory-policy","ParameterValue":"allkeys-lfu"}]'`,
    )
    const { resource } = await parseHcl('x.tf', ofForm(found, 'terraform'))
    expect(resource.aws_elasticache_parameter_group.evenkeel[0]).toMatchObject({
      name: 'shop-redis7',
      parameter: [{ name: 'maxmemory-policy', value: 'allkeys-lfu' }],
    })
    const theirs = { ...node, parameterGroup: 'default.redis7' } as Thing
    expect(() => awsCode.snippets(configOf(theirs), edits({ 'config/maxmemory-policy': 'allkeys-lfu' }))).toThrow("AWS's own")
    expect(() => awsCode.snippets(configOf(balancer), edits({ '443-77/blue/weight': '1' }))).toThrow('no rule 443-77')
  })
})

describe('of Cloudflare', () => {
  const RULE = 'c'.repeat(32)
  const config = cloudflareConfig.parse({ kind: 'cloudflare', name: 'edge', token: 'hunter2', zone: 'example.com' })
  const found = cloudflareCode.snippets(config, edits({ "web/it's ${x}/weight": '0.25', [`rule/${RULE}/edge_ttl`]: '600' }))

  it('is Terraform of pools and rules', async () => {
    const texts = found.filter(({ form }) => form === 'terraform').map(({ text }) => text)
    const [pool, rules] = await Promise.all(texts.map((text) => parseHcl('x.tf', text)))
    expect(pool!.resource.cloudflare_load_balancer_pool.evenkeel[0]).toMatchObject({ name: 'web', origins: [{ weight: 0.25 }] })
    expect(texts[0]).toContain(`address = var.addresses["it's $$\{x}"]`)
    expect(rules!.resource.cloudflare_ruleset.evenkeel[0].rules).toEqual([
      expect.objectContaining({
        action: 'set_cache_settings',
        action_parameters: { edge_ttl: { mode: 'override_origin', default: 600 } },
      }),
    ])
  })

  it('is a shell program in which no name is a program, and no token', () => {
    const text = ofForm(found, 'shell')
    expect(isShell(text)).toBe(true)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's.
    expect(text).toContain("--arg origin0 'it'\\''s ${x}'")
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })
})
