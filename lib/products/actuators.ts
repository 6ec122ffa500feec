import type { AnyActuator } from '../model/product.ts'
import { awsActuator } from './aws/actuator.ts'
import { cloudflareActuator } from './cloudflare/actuator.ts'
import { controlActuator } from './control/actuator.ts'
import { envoyActuator } from './envoy/actuator.ts'
import { haproxyActuator } from './haproxy/actuator.ts'
import { kubernetesActuator } from './kubernetes/actuator.ts'
import { memcachedActuator } from './memcached/actuator.ts'
import { nginxActuator } from './nginx/actuator.ts'
import { redisActuator } from './redis/actuator.ts'
import { twemproxyActuator } from './twemproxy/actuator.ts'
import { varnishActuator } from './varnish/actuator.ts'

/** The registry of what can be written. Only lib/changes imports it. */
export const actuators: AnyActuator[] = [
  awsActuator,
  cloudflareActuator,
  controlActuator,
  envoyActuator,
  haproxyActuator,
  kubernetesActuator,
  memcachedActuator,
  nginxActuator,
  redisActuator,
  twemproxyActuator,
  varnishActuator,
]
