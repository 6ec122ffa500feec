import { shellLine, shellWord } from '../../format/shell.ts'
import { withoutTrailingSlashes } from '../../format/url.ts'
import type { CodeWriter, Snippet } from '../../model/code.ts'
import type { Edit } from '../../model/product.ts'
import { Expression, type HclValue, hclBlock, hclString } from '../code/hcl.ts'
import type { CloudflareConfig } from './config.ts'
import { originOf, RULE } from './settings.ts'

/** Weights of origins and edge TTLs of cache rules, by curl against the API and as Terraform of Cloudflare's provider 5. */
export const cloudflareCode: CodeWriter<CloudflareConfig> = {
  kind: 'cloudflare',
  snippets(config, edits) {
    const pools = Map.groupBy(
      edits.filter(({ name }) => !RULE.test(name)),
      ({ name }) => originOf(name).pool,
    )
    const rules = edits.filter(({ name }) => RULE.test(name))
    const text = [
      preamble(config),
      ...[...pools].map(([pool, own]) => poolCalls(pool, own)),
      ...rules.map((edit) => ruleCalls(ruleOf(edit), edit.value)),
    ].join('\n\n')
    return [
      { form: 'shell', title: 'Shell: curl', language: 'shell', text, notes: SHELL_NOTES },
      ...[...pools].map(([pool, own]) => terraformPool(pool, own)),
      ...(rules.length > 0 ? [terraformRules(config, rules)] : []),
    ]
  },
}

const SHELL_NOTES = [
  'The token is taken from the variable CLOUDFLARE_API_TOKEN, and `jq` is needed.',
  'What else stands in the pool or the rule is read and written as it is. Cloudflare has no compare-and-set: what another writer sets between the two requests is lost.',
]

const ruleOf = ({ name }: Edit): string => RULE.exec(name)![1]!

const AUTHORIZATION =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's.
  '"Authorization: Bearer ${CLOUDFLARE_API_TOKEN:?an API token that may edit it}"'

/** One function for all requests, and the zone with its account. */
function preamble({ api, zone }: CloudflareConfig): string {
  const { origin, pathname } = new URL(api)
  const isId = /^[0-9a-f]{32}$/.test(zone)
  const path = isId ? `/zones/${zone}` : `/zones?name=${encodeURIComponent(zone)}`
  return [
    `cloudflare() {`,
    `  at="$1"; shift`,
    `  curl --silent --show-error --fail-with-body --header ${AUTHORIZATION} \\`,
    `    --header 'Content-Type: application/json' ${shellWord(withoutTrailingSlashes(origin + pathname))}"$at" "$@"`,
    '}',
    `zone="$(cloudflare ${shellWord(path)} | jq -e '${isId ? '.result' : '.result[0]'} | {id, account: .account.id}')"`,
    `zone_id="$(printf '%s' "$zone" | jq -er .id)" account_id="$(printf '%s' "$zone" | jq -er .account)"`,
  ].join('\n')
}

/** All origins as they stand but for their weights. Names are arguments: none is part of jq's program. */
function poolCalls(pool: string, edits: readonly Edit[]): string {
  const words = edits.flatMap(({ name, value }, at) => [
    ...['--arg', `origin${at}`, originOf(name).server],
    ...['--argjson', `weight${at}`, String(Number(value))],
  ])
  const sets = edits.map((_, at) => `if .name == $origin${at} then .weight = $weight${at} else . end`).join(' | ')
  return [
    `pool="$(cloudflare "/accounts/$account_id/load_balancers/pools?page=1&per_page=50" |`,
    `  ${shellLine(['jq', '-e', '--arg', 'pool', pool, 'first(.result[] | select(.name == $pool))'])})" &&`,
    `  printf '%s' "$pool" | ${shellLine(['jq', ...words, `{origins: (.origins | map(del(.disabled_at) | ${sets}))}`])} |`,
    `  cloudflare "/accounts/$account_id/load_balancers/pools/$(printf '%s' "$pool" | jq -r .id)" --request PATCH --data @-`,
  ].join('\n')
}

/** The rule whole, as it stands but for its edge TTL. */
function ruleCalls(rule: string, seconds: string): string {
  const program =
    'first(.result.rules[] | select(.id == $rule)) | del(.id, .version, .last_updated) | .action_parameters.edge_ttl.default = $ttl'
  return [
    `ruleset="$(cloudflare "/zones/$zone_id/rulesets/phases/http_request_cache_settings/entrypoint")" &&`,
    `  printf '%s' "$ruleset" | ${shellLine(['jq', '-e', '--arg', 'rule', rule, '--argjson', 'ttl', String(Number(seconds)), program])} |`,
    `  cloudflare "/zones/$zone_id/rulesets/$(printf '%s' "$ruleset" | jq -r .result.id)/rules/${rule}" --request PATCH --data @-`,
  ].join('\n')
}

function terraformPool(pool: string, edits: readonly Edit[]): Snippet {
  const origins = edits.map(({ name, value }): HclValue => {
    const { server } = originOf(name)
    return { name: server, address: new Expression(`var.addresses[${hclString(server)}]`), weight: Number(value) }
  })
  return {
    form: 'terraform',
    title: `Terraform: the pool ${pool}`,
    language: 'hcl',
    text: hclBlock('resource', ['cloudflare_load_balancer_pool', 'evenkeel'], {
      account_id: new Expression('var.account_id'),
      name: pool,
      origins,
    }),
    notes: ['Put the weights into the origins of the resource that you have: its list is the whole pool.'],
  }
}

function terraformRules({ zone }: CloudflareConfig, edits: readonly Edit[]): Snippet {
  return {
    form: 'terraform',
    title: 'Terraform: cache rules',
    language: 'hcl',
    text: hclBlock('resource', ['cloudflare_ruleset', 'evenkeel'], {
      zone_id: /^[0-9a-f]{32}$/.test(zone) ? zone : new Expression('var.zone_id'),
      name: 'default',
      kind: 'zone',
      phase: 'http_request_cache_settings',
      rules: edits.map((edit) => ({
        action: 'set_cache_settings',
        expression: new Expression(`var.expressions[${hclString(ruleOf(edit))}]`),
        action_parameters: { edge_ttl: { mode: 'override_origin', default: Number(edit.value) } },
      })),
    }),
    notes: [
      `Put \`default\` into the rule that you have${edits.length === 1 ? '' : 's'} (${edits.map(ruleOf).join(', ')}): the list of rules is the whole ruleset.`,
    ],
  }
}
