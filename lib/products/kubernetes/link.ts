import type { ServiceFacts } from '../../model/topology.ts'
import { type Client, createClient } from './client.ts'
import { type Cluster, openCluster, systemPace } from './cluster.ts'
import { type KubernetesConfig, writerOf } from './config.ts'
import type { Problem } from './discovered.ts'
import { createPasswords, type Passwords } from './passwords.ts'

/** `writer`: signed in as what writes. `problems`, `found`, `services`: what the newest discovery came to. */
export type KubernetesLink = {
  config: KubernetesConfig
  cluster: Cluster
  writer: Client
  passwords: Passwords
  problems: Problem[]
  found: number | null
  services: ServiceFacts[]
}

/** By configuration: what is set is checked against the same mirror that is shown. */
const links = new WeakMap<KubernetesConfig, KubernetesLink>()

export function openLink(config: KubernetesConfig, pace = systemPace): KubernetesLink {
  const cluster = openCluster(config, pace)
  const writer = config.write ? createClient(writerOf(config)) : cluster.client
  const link = { config, cluster, writer, passwords: createPasswords(config, cluster.client), problems: [], found: null, services: [] }
  links.set(config, link)
  return link
}

/** The open link of a target, or one of a configuration that is not watched. */
export const linkOf = (config: KubernetesConfig): KubernetesLink => links.get(config) ?? openLink(config)
