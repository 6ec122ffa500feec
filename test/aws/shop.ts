import type { Cloud, LiveRule } from './cloud.ts'

const ELB = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012'
export const BALANCER = `${ELB}:loadbalancer/app/front/50dc6c495c0c9188`
export const LISTENER = `${ELB}:listener/app/front/50dc6c495c0c9188/f2f7dc8efc522ab2`
const [blue, green, STATIC] = ['blue/73e2d6bc24d8a067', 'green/0b6f0d6e0e1f3d4c', 'static/1c7a8bff0c2d9e31'].map(
  (name) => `${ELB}:targetgroup/${name}`,
) as [string, string, string]
export const BLUE = blue
export const GREEN = green
export const RULE = '9683b2d02a6cabee'
export const GROUP_ARN = 'arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:shop'
export const DISTRIBUTION_ARN = 'arn:aws:cloudfront::123456789012:distribution/EDFDVBD632BHDS5'

const cluster = (id: string, more: object = {}) => ({
  CacheClusterId: id,
  CacheNodeType: 'cache.r7g.large',
  Engine: 'redis',
  EngineVersion: '7.1.0',
  CacheClusterStatus: 'available',
  NumCacheNodes: 1,
  ReplicationGroupId: 'shop',
  CacheParameterGroup: { CacheParameterGroupName: 'shop-redis7', ParameterApplyStatus: 'in-sync', CacheNodeIdsToReboot: [] as string[] },
  CacheNodes: [
    { CacheNodeId: '0001', CacheNodeStatus: 'available', Endpoint: { Address: `${id}.abc123.0001.euw1.cache.amazonaws.com`, Port: 6379 } },
  ],
  ARN: `arn:aws:elasticache:eu-west-1:123456789012:cluster:${id}`,
  ...more,
})

const MIB = 1024 * 1024
export const PER_MINUTE = { hits: 5_400, misses: 600, blue: 3_000, green: 1_000, errors: 30 }

/** A shop's account: a replication group of two nodes, a memcached cluster of two, one balancer with two rules, one distribution; each minute is like the next. */
export function shop(): Cloud {
  const rules: LiveRule[] = [
    {
      RuleArn: `${ELB}:listener-rule/app/front/50dc6c495c0c9188/f2f7dc8efc522ab2/${RULE}`,
      Priority: '10',
      IsDefault: false,
      Conditions: [{ Field: 'path-pattern', Values: ['/shop/*'], PathPatternConfig: { Values: ['/shop/*'] } }],
      Actions: [
        {
          Type: 'authenticate-oidc',
          Order: 1,
          AuthenticateOidcConfig: {
            Issuer: 'https://id.example',
            AuthorizationEndpoint: 'https://id.example/a',
            TokenEndpoint: 'https://id.example/t',
            UserInfoEndpoint: 'https://id.example/u',
            ClientId: 'shop',
          },
        },
        {
          Type: 'forward',
          Order: 2,
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: blue, Weight: 3 },
              { TargetGroupArn: green, Weight: 1 },
            ],
            TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 600 },
          },
        },
      ],
    },
    {
      RuleArn: `${ELB}:listener-rule/app/front/50dc6c495c0c9188/f2f7dc8efc522ab2/default`,
      Priority: 'default',
      IsDefault: true,
      Conditions: [],
      Actions: [{ Type: 'forward', TargetGroupArn: STATIC, ForwardConfig: { TargetGroups: [{ TargetGroupArn: STATIC, Weight: 1 }] } }],
    },
  ]
  return {
    clusters: [
      cluster('shop-001'),
      cluster('shop-002'),
      cluster('pool', {
        Engine: 'memcached',
        EngineVersion: '1.6.22',
        NumCacheNodes: 2,
        ReplicationGroupId: undefined,
        CacheNodeType: 'cache.t4g.small',
        CacheParameterGroup: { CacheParameterGroupName: 'default.memcached1.6', ParameterApplyStatus: 'in-sync' },
        CacheNodes: ['0001', '0002'].map((CacheNodeId) => ({
          CacheNodeId,
          CacheNodeStatus: 'available',
          Endpoint: { Address: `pool.${CacheNodeId}.euw1.cache.amazonaws.com`, Port: 11211 },
        })),
      }),
    ],
    groups: [
      {
        ReplicationGroupId: 'shop',
        Status: 'available',
        ARN: GROUP_ARN,
        MemberClusters: ['shop-001', 'shop-002'],
        NodeGroups: [
          {
            NodeGroupId: '0001',
            NodeGroupMembers: [
              { CacheClusterId: 'shop-001', CacheNodeId: '0001', CurrentRole: 'primary' },
              { CacheClusterId: 'shop-002', CacheNodeId: '0001', CurrentRole: 'replica' },
            ],
          },
        ],
      },
    ],
    parameterGroups: {
      'shop-redis7': {
        parameters: [
          {
            ParameterName: 'maxmemory-policy',
            ParameterValue: 'volatile-lru',
            AllowedValues: 'volatile-lru,allkeys-lru,allkeys-lfu,noeviction',
            IsModifiable: true,
            ChangeType: 'immediate',
          },
          { ParameterName: 'maxmemory-samples', ParameterValue: '3', AllowedValues: '1-', IsModifiable: true, ChangeType: 'immediate' },
          {
            ParameterName: 'maxclients',
            ParameterValue: '65000',
            AllowedValues: '1-65000',
            IsModifiable: false,
            ChangeType: 'requires-reboot',
          },
          {
            ParameterName: 'databases',
            ParameterValue: '16',
            AllowedValues: '1-1200000',
            IsModifiable: true,
            ChangeType: 'requires-reboot',
          },
          {
            ParameterName: 'reserved-memory-percent',
            ParameterValue: '25',
            AllowedValues: '0-100',
            IsModifiable: true,
            ChangeType: 'immediate',
          },
        ],
        specific: [
          { ParameterName: 'maxmemory', CacheNodeTypeSpecificValues: [{ CacheNodeType: 'cache.r7g.large', Value: String(13_000 * MIB) }] },
        ],
      },
      'default.memcached1.6': {
        parameters: [
          {
            ParameterName: 'memcached_connections_overhead',
            ParameterValue: '100',
            AllowedValues: '0-',
            IsModifiable: true,
            ChangeType: 'requires-reboot',
          },
        ],
        specific: [
          { ParameterName: 'max_cache_memory', CacheNodeTypeSpecificValues: [{ CacheNodeType: 'cache.t4g.small', Value: '1400' }] },
        ],
      },
    },
    balancers: [
      {
        LoadBalancerArn: BALANCER,
        LoadBalancerName: 'front',
        DNSName: 'front-1.eu-west-1.elb.amazonaws.com',
        Type: 'application',
        State: { Code: 'active' },
      },
      {
        LoadBalancerArn: `${ELB}:loadbalancer/net/tcp/1`,
        LoadBalancerName: 'tcp',
        DNSName: 'tcp-1',
        Type: 'network',
        State: { Code: 'active' },
      },
    ],
    listeners: [{ ListenerArn: LISTENER, LoadBalancerArn: BALANCER, Port: 443, Protocol: 'HTTPS' }],
    rules: { [LISTENER]: rules },
    health: { [blue]: ['healthy', 'healthy'], [green]: ['healthy', 'unhealthy'], [STATIC]: ['healthy'] },
    zones: [
      {
        Id: '/hostedzone/Z1SHOP',
        Name: 'shop.example.',
        CallerReference: 'shop',
        Config: { PrivateZone: false },
        ResourceRecordSetCount: 8,
        records: [
          { Name: 'shop.example.', Type: 'NS', TTL: 172_800, ResourceRecords: [{ Value: 'ns-1.awsdns-01.org.' }] },
          ...['front-1', 'front-2'].map((SetIdentifier) => ({
            Name: 'api.shop.example.',
            Type: 'A',
            SetIdentifier,
            Weight: 0,
            AliasTarget: {
              HostedZoneId: 'Z32O12XQLNTSW2',
              DNSName: `${SetIdentifier}.eu-west-1.elb.amazonaws.com.`,
              EvaluateTargetHealth: true,
            },
          })),
          { Name: 'new.shop.example.', Type: 'A', SetIdentifier: 'only', Weight: 1, TTL: 60, ResourceRecords: [{ Value: '192.0.2.7' }] },
          ...[
            ['eu', 3, '192.0.2.1'],
            ['us', 1, '192.0.2.2'],
          ].map(([SetIdentifier, Weight, Value]) => ({
            Name: 'www.shop.example.',
            Type: 'A',
            SetIdentifier,
            Weight,
            TTL: 300,
            ResourceRecords: [{ Value }],
            ...(SetIdentifier === 'eu' && { HealthCheckId: 'abcdef11-2222-3333-4444-555555fedcba' }),
          })),
          { Name: 'www.shop.example.', Type: 'TXT', SetIdentifier: 'eu', Weight: 1, TTL: 60, ResourceRecords: [{ Value: '"x"' }] },
          { Name: 'zz.shop.example.', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.9' }] },
        ],
      },
      {
        Id: '/hostedzone/Z2OTHER',
        Name: 'spare.example.',
        CallerReference: 'spare',
        Config: { PrivateZone: true },
        ResourceRecordSetCount: 0,
        records: [],
      },
    ],
    distributions: [
      {
        Id: 'EDFDVBD632BHDS5',
        ARN: DISTRIBUTION_ARN,
        Status: 'Deployed',
        DomainName: 'd111111abcdef8.cloudfront.net',
        DefaultCacheBehavior: { AllowedMethods: { Quantity: 2, Items: ['GET', 'HEAD'] } },
        CacheBehaviors: { Quantity: 0 },
        Comment: 'shop & static',
        Enabled: true,
        Staging: false,
      },
    ],
    tags: {},
    metric({ namespace, name, dimensions }) {
      if (namespace === 'AWS/CloudFront') return ({ Requests: 10_000, TotalErrorRate: 2, CacheHitRate: 90 } as Record<string, number>)[name]
      if (namespace === 'AWS/ApplicationELB') {
        const { LoadBalancer, TargetGroup } = dimensions
        if (LoadBalancer !== 'app/front/50dc6c495c0c9188') return undefined
        if (TargetGroup === undefined) return PER_MINUTE.blue + PER_MINUTE.green
        const isBlue = TargetGroup === 'targetgroup/blue/73e2d6bc24d8a067'
        if (!isBlue && TargetGroup !== 'targetgroup/green/0b6f0d6e0e1f3d4c') return undefined
        // No 5XX at green: CloudWatch keeps silent about zero.
        if (name === 'HTTPCode_Target_5XX_Count') return isBlue ? PER_MINUTE.errors : undefined
        return ({ RequestCount: isBlue ? PER_MINUTE.blue : PER_MINUTE.green, TargetResponseTime: 0.02 } as Record<string, number>)[name]
      }
      const redis = {
        CacheHits: PER_MINUTE.hits,
        CacheMisses: PER_MINUTE.misses,
        SetTypeCmds: 500,
        Evictions: 0,
        Reclaimed: 40,
        AuthenticationFailures: 0,
        CurrItems: 1e6,
        BytesUsedForCache: 9e9,
        CurrConnections: 120,
        EngineCPUUtilization: 12,
      } as Record<string, number>
      const memcached = {
        GetHits: 800,
        GetMisses: 200,
        CmdSet: 190,
        Evictions: 5,
        Reclaimed: 2,
        CurrItems: 5e4,
        BytesUsedForCacheItems: 1e9,
        CurrConnections: 30,
      } as Record<string, number>
      if (dimensions.CacheClusterId === 'pool') return memcached[name]
      return dimensions.CacheClusterId === 'shop-002' && name === 'ReplicationLag' ? 0.4 : redis[name]
    },
  }
}
