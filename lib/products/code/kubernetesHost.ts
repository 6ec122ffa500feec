/** A Service of Kubernetes by the name that its cluster's DNS gives it, and the pod where the name is a pod's. */
export type KubernetesHost = { namespace: string; service: string; pod?: string }

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** What `redis-0.redis-headless.shop.svc.cluster.local` names; null of a host outside of Kubernetes. */
export function kubernetesHost(host: string): KubernetesHost | null {
  const parts = host.split('.')
  const names = parts.slice(0, Math.max(0, parts.indexOf('svc')))
  if (names.length < 2 || names.length > 3 || !names.every((name) => LABEL.test(name))) return null
  const [namespace, service, pod] = names.toReversed() as [string, string, string?]
  return { namespace, service, ...(pod !== undefined && { pod }) }
}
