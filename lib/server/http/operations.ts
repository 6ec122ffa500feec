import { anything } from '../../model/answers/shape.ts'
import { accountOperations } from '../account/operations.ts'
import { alertOperations } from '../alerts/operations.ts'
import { annotationOperations } from '../annotations/operations.ts'
import { approvalOperations } from '../approvals/operations.ts'
import { auditOperations } from '../audit/operations.ts'
import { autopilotOperations } from '../autopilot/operations.ts'
import { browserOperations } from '../browsers/operations.ts'
import { calibrationOperations } from '../calibration/operations.ts'
import { changeOperations } from '../changes/operations.ts'
import { clusterOperations } from '../cluster/operations.ts'
import { configurationOperations } from '../configuration/operations.ts'
import { courseOperations } from '../courses/operations.ts'
import { curvesOperations } from '../curves/operations.ts'
import { deliveryOperations } from '../deliveries/operations.ts'
import { drillOperations } from '../drills/operations.ts'
import { eventOperations } from '../events/operations.ts'
import { exportOperations } from '../exports/operations.ts'
import { findingOperations } from '../findings/operations.ts'
import { frameOperations } from '../frame/operations.ts'
import { freezeOperations } from '../freeze/operations.ts'
import { grafanaOperations } from '../grafana/operations.ts'
import { handDrillOperations } from '../handDrills/operations.ts'
import { heartbeatOperations } from '../heartbeat/operations.ts'
import { incidentOperations } from '../incidents/operations.ts'
import { jobOperations } from '../jobs/operations.ts'
import { keyOperations } from '../keys/operations.ts'
import { modeOperations } from '../mode/operations.ts'
import { overviewOperations } from '../overview/operations.ts'
import { personOperations } from '../persons/operations.ts'
import { poolDrillOperations } from '../poolDrills/operations.ts'
import { poolOperations } from '../pools/operations.ts'
import { proposalOperations } from '../proposals/operations.ts'
import { receiverOperations } from '../receivers/operations.ts'
import { referenceOperations } from '../references/operations.ts'
import { reviewOperations } from '../review/operations.ts'
import { ringDrillOperations } from '../ringDrills/operations.ts'
import { ringOperations } from '../rings/operations.ts'
import { ruleOperations } from '../rules/operations.ts'
import { runOperations } from '../runs/operations.ts'
import { seriesOperations } from '../series/operations.ts'
import { sessionOperations } from '../session/operations.ts'
import { silenceOperations } from '../silences/operations.ts'
import { targetOperations } from '../targets/operations.ts'
import { tokenOperations } from '../tokens/operations.ts'
import { traceOperations } from '../traces/operations.ts'
import { ttlOperations } from '../ttls/operations.ts'
import { warmingOperations } from '../warming/operations.ts'
import { openapi } from './openapi.ts'
import { type Operation, operation } from './operation.ts'

/** The call that describes the whole API, itself included. */
const description = operation({
  method: 'GET',
  path: 'openapi.json',
  role: 'viewer',
  summary: 'This description',
  tag: 'Evenkeel',
  answer: anything,
  run: () => {
    described ??= openapi(operations)
    return described
  },
})
let described: unknown

/** The API: every call there is. */
export const operations: Operation[] = [
  ...overviewOperations,
  ...reviewOperations,
  ...frameOperations,
  ...targetOperations,
  ...seriesOperations,
  ...ruleOperations,
  ...exportOperations,
  ...calibrationOperations,
  ...annotationOperations,
  ...eventOperations,
  ...poolOperations,
  ...poolDrillOperations,
  ...ringOperations,
  ...ringDrillOperations,
  ...handDrillOperations,
  ...ttlOperations,
  ...keyOperations,
  ...traceOperations,
  ...curvesOperations,
  ...referenceOperations,
  ...findingOperations,
  ...incidentOperations,
  ...runOperations,
  ...proposalOperations,
  ...changeOperations,
  ...approvalOperations,
  ...courseOperations,
  ...jobOperations,
  ...warmingOperations,
  ...autopilotOperations,
  ...silenceOperations,
  ...alertOperations,
  ...heartbeatOperations,
  ...grafanaOperations,
  ...deliveryOperations,
  ...receiverOperations,
  ...browserOperations,
  ...sessionOperations,
  ...personOperations,
  ...tokenOperations,
  ...accountOperations,
  ...auditOperations,
  ...clusterOperations,
  ...configurationOperations,
  ...modeOperations,
  ...freezeOperations,
  ...drillOperations,
  description,
]
