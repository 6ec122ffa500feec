import { shellLine } from '../../format/shell.ts'
import type { Snippet } from '../../model/code.ts'
import type { Edit } from '../../model/product.ts'
import { parametersCommand, parametersHcl } from './elastiCache.ts'
import { Expression, HclBlocks, hclBlock } from './hcl.ts'

/** The provider that runs a cache, where its address says so. */
export type Provider = 'aws' | 'gcloud' | 'az'

/** Parameters of Redis that each provider lets its users set; the memory follows from the size of the machine. */
const TAKEN: Record<Provider, ReadonlySet<string>> = {
  aws: new Set(['maxmemory-policy', 'maxmemory-samples', 'lfu-log-factor', 'lfu-decay-time', 'activedefrag', 'slowlog-log-slower-than', 'slowlog-max-len', 'lazyfree-lazy-eviction', 'lazyfree-lazy-expire', 'lazyfree-lazy-server-del', 'lazyfree-lazy-user-del']), // biome-ignore format: one line
  gcloud: new Set([
    'maxmemory-policy',
    'activedefrag',
    'lfu-log-factor',
    'lfu-decay-time',
    'lazyfree-lazy-eviction',
    'lazyfree-lazy-expire',
    'lazyfree-lazy-user-del',
  ]),
  az: new Set(['maxmemory-policy']),
}
const NAMES: Record<Provider, string> = { aws: 'ElastiCache', gcloud: 'Memorystore', az: 'Azure Cache for Redis' }

/** Which provider's host name this is; null: none that is known. */
export function providerOf(host: string): Provider | null {
  if (/\.cache\.amazonaws\.com(\.cn)?$/.test(host)) return 'aws'
  if (/\.redis\.cache\.(windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)$/.test(host)) return 'az'
  return null
}

/** What is known of the cache, so that a command names it. */
export type ManagedNames = {
  /** `enterprise`: Azure Managed Redis, or Azure Cache for Redis Enterprise: another resource, with the policy as a property of its one database. */
  azure?: { name: string; group?: string; subscription?: string; enterprise?: boolean }
  google?: { instance: string; region: string; project: string }
  /** The cluster of ElastiCache: it has the parameter group. */
  aws?: { cluster: string }
}

/**
 * Parameters of a managed Redis as the provider's command and as Terraform. What a provider does not let its users set is left out and named; none
 * of it can be set: no snippet.
 */
export function managedCache(providers: readonly Provider[], edits: readonly Edit[], known: ManagedNames = {}): Snippet[] {
  return providers.flatMap((provider) => {
    const all = edits.flatMap(({ name, value }) => (name.startsWith('config/') ? [{ name: name.slice(7), value }] : []))
    const own = all.filter(({ name }) => TAKEN[provider].has(name))
    if (own.length === 0) return []
    const left = all.filter((one) => !own.includes(one)).map(({ name }) => name)
    const notes =
      left.length > 0
        ? [`${NAMES[provider]} has no ${left.join(', ')} of its own to set: the memory follows from the size of the node.`]
        : []
    if (known.azure?.enterprise) return enterpriseCode(known.azure, own, notes)
    return [commandOf(provider, own, notes, known), terraformOf(provider, own, notes)]
  })
}

type Parameter = { name: string; value: string }

/** `allkeys-lru` as Azure's resource calls it: `AllKeysLRU`. */
const ENTERPRISE_POLICIES: Record<string, string> = {
  'allkeys-lfu': 'AllKeysLFU',
  'allkeys-lru': 'AllKeysLRU',
  'allkeys-random': 'AllKeysRandom',
  noeviction: 'NoEviction',
  'volatile-lfu': 'VolatileLFU',
  'volatile-lru': 'VolatileLRU',
  'volatile-random': 'VolatileRandom',
  'volatile-ttl': 'VolatileTTL',
}

/** learn.microsoft.com/cli/azure/redisenterprise/database: `az redisenterprise` is an extension, which az installs when it is asked for it. */
function enterpriseCode(
  { name, group, subscription }: NonNullable<ManagedNames['azure']>,
  own: readonly Parameter[],
  notes: string[],
): Snippet[] {
  const policy = ENTERPRISE_POLICIES[own[0]!.value]
  if (policy === undefined) return []
  const command = shellLine([
    ...['az', 'redisenterprise', 'database', 'update', '--cluster-name', name, '--resource-group'],
    group ?? { variable: 'RESOURCE_GROUP', words: 'its resource group' },
    ...(subscription ? ['--subscription', subscription] : []),
    ...['--eviction-policy', policy],
  ])
  const resource = hclBlock('resource', ['azurerm_managed_redis', 'evenkeel'], {
    ...Object.fromEntries(['name', 'location', 'resource_group_name', 'sku_name'].map((key) => [key, new Expression(`var.${key}`)])),
    default_database: new HclBlocks({ eviction_policy: policy }),
  })
  return [
    { form: 'az', title: 'Azure Managed Redis', language: 'shell', text: command, notes },
    {
      form: 'terraform',
      title: 'Terraform: Azure Managed Redis',
      language: 'hcl',
      text: resource,
      notes: [
        'Put the argument into the resource that you have; of Azure Cache for Redis Enterprise it is azurerm_redis_enterprise_database.',
        ...notes,
      ],
    },
  ]
}

function commandOf(provider: Provider, own: readonly Parameter[], notes: string[], { azure, google, aws }: ManagedNames): Snippet {
  const shared = { title: NAMES[provider], language: 'shell' as const, notes }
  if (provider === 'aws')
    return {
      form: 'aws',
      ...shared,
      text: parametersCommand({ variable: 'PARAMETER_GROUP', words: 'the name of the parameter group' }, own),
      notes: [
        ...(aws
          ? [
              `The group is told by ${shellLine(['aws', 'elasticache', 'describe-cache-clusters', '--cache-cluster-id', aws.cluster, '--query', 'CacheClusters[0].CacheParameterGroup.CacheParameterGroupName', '--output', 'text'])}`,
            ]
          : []),
        'A `default.` group cannot be changed: the nodes need a group of your own.',
        ...notes,
      ],
    }
  if (provider === 'gcloud')
    return {
      form: 'gcloud',
      ...shared,
      text: shellLine([
        ...['gcloud', 'redis', 'instances', 'update'],
        google?.instance ?? { variable: 'INSTANCE', words: 'the name of the instance' },
        '--region',
        google?.region ?? { variable: 'REGION', words: 'its region' },
        ...(google ? ['--project', google.project] : []),
        `--update-redis-config=${own.map(({ name, value }) => `${name}=${value}`).join(',')}`,
      ]),
    }
  return {
    form: 'az',
    ...shared,
    text: shellLine([
      ...['az', 'redis', 'update', '--name'],
      azure?.name ?? { variable: 'CACHE', words: 'the name of the cache' },
      '--resource-group',
      azure?.group ?? { variable: 'RESOURCE_GROUP', words: 'its resource group' },
      ...(azure?.subscription ? ['--subscription', azure.subscription] : []),
      ...own.flatMap(({ name, value }) => ['--set', `redisConfiguration.${name}=${value}`]),
    ]),
  }
}

function terraformOf(provider: Provider, own: readonly Parameter[], notes: string[]): Snippet {
  const snippet = (title: string, text: string, more: string[]): Snippet => ({
    form: 'terraform',
    title,
    language: 'hcl',
    text,
    notes: [...more, ...notes],
  })
  const merge = 'Put the arguments into the resource that you have.'
  if (provider === 'aws') return snippet('Terraform: ElastiCache', parametersHcl(new Expression('var.parameter_group'), own), [merge])
  const configs = Object.fromEntries(own.map(({ name, value }) => [name, value]))
  if (provider === 'gcloud')
    return snippet(
      'Terraform: Memorystore',
      hclBlock('resource', ['google_redis_instance', 'evenkeel'], {
        name: new Expression('var.instance'),
        memory_size_gb: new Expression('var.memory_size_gb'),
        redis_configs: configs,
      }),
      [merge],
    )
  return snippet(
    'Terraform: Azure Cache for Redis',
    hclBlock('resource', ['azurerm_redis_cache', 'evenkeel'], {
      ...Object.fromEntries(['name', 'location', 'resource_group_name', 'capacity', 'family', 'sku_name'].map((name) => [name, new Expression(`var.${name}`)])), // biome-ignore format: one line
      redis_configuration: new HclBlocks(Object.fromEntries(own.map(({ name, value }) => [name.replaceAll('-', '_'), value]))),
    }),
    [merge],
  )
}
