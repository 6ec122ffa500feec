import type { FakeAws } from './cloud.ts'
import { Fault, pageOf } from './fault.ts'
import { type Form, listOf } from './wire.ts'

/** ElastiCache, version 2015-02-02 of its API. */
export function elastiCache({ cloud, pageSize }: FakeAws, operation: string, form: Record<string, Form>): object {
  const most = Number(form.MaxRecords ?? 100)
  if (most < 20 || most > 100) throw new Fault('InvalidParameterValue', 'MaxRecords must be between 20 and 100')
  const marker = form.Marker as string | undefined
  const listed = (name: string, all: readonly object[]) => {
    const { items, next } = pageOf(all, marker, pageSize)
    return { ...(next && { Marker: next }), [name]: items }
  }
  if (operation === 'DescribeCacheClusters')
    return listed(
      'CacheClusters',
      form.ShowCacheNodeInfo === 'true' ? cloud.clusters : cloud.clusters.map(({ CacheNodes: _, ...rest }) => rest),
    )
  if (operation === 'DescribeReplicationGroups') return listed('ReplicationGroups', cloud.groups)
  if (operation === 'ListTagsForResource') return { TagList: cloud.tags[form.ResourceName as string] ?? [] }
  const name = form.CacheParameterGroupName as string
  const group = cloud.parameterGroups[name]
  if (!group) throw new Fault('CacheParameterGroupNotFound', `CacheParameterGroup ${name} not found.`, 404)
  if (operation === 'DescribeCacheParameters') {
    const page = pageOf(group.parameters, marker, pageSize)
    return {
      ...(page.next && { Marker: page.next }),
      Parameters: page.items,
      ...(!page.next && group.specific && { CacheNodeTypeSpecificParameters: group.specific }),
    }
  }
  if (operation !== 'ModifyCacheParameterGroup') throw new Fault('InvalidAction', operation)
  if (name.startsWith('default.'))
    throw new Fault(
      'InvalidParameterValue',
      'The parameter CacheParameterGroupName must be provided and must not be a default parameter group.',
    )
  for (const one of listOf(form.ParameterNameValues)) {
    const { ParameterName, ParameterValue } = one as Record<string, string>
    const parameter = group.parameters.find((candidate) => candidate.ParameterName === ParameterName)
    if (!parameter) throw new Fault('InvalidParameterValue', `Could not find parameter with name: ${ParameterName}`)
    if (!parameter.IsModifiable) throw new Fault('InvalidParameterValue', `The parameter ${ParameterName} cannot be modified.`)
    parameter.ParameterValue = ParameterValue!
  }
  return { CacheParameterGroupName: name }
}
