import { pageOf } from '../model/changeAlert.ts'
import type { Finding } from '../model/finding.ts'
import type { Notice } from '../model/notice.ts'

/** Alertmanager's word for "it has not ended". */
const NOT_ENDED = '0001-01-01T00:00:00Z'

const labelsOf = (finding: Finding): Record<string, string> => ({
  alertname: finding.rule,
  rule: finding.rule,
  severity: finding.severity,
  ...finding.subject,
})

/** FNV-1a over the sorted labels, 64 bit: the same alert has the same fingerprint, as in Alertmanager. */
function fingerprint(labels: Record<string, string>): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash.toString(16).padStart(16, '0')
}

/** The findings of a notice as alerts. Labels and fingerprint are the same from first to last. */
export const alertsOf = (notice: Notice) =>
  notice.findings.map((finding) => {
    const labels = labelsOf(finding)
    return {
      status: notice.status,
      labels,
      annotations: { summary: finding.summary, ...notice.about?.[finding.id] },
      startsAt: new Date(finding.since).toISOString(),
      endsAt: notice.status === 'resolved' ? new Date(finding.resolvedAt ?? finding.seenAt).toISOString() : NOT_ENDED,
      generatorURL: `${notice.externalUrl}${pageOf(finding)}`,
      fingerprint: fingerprint({ ...labels, severity: '' }),
    }
  })

/** A notice as Alertmanager's webhook, version 4 (prometheus.io/docs/alerting/latest/configuration/#webhook_config). */
export function alertmanagerBody(notice: Notice): Record<string, unknown> {
  const alerts = alertsOf(notice)
  return {
    version: '4',
    groupKey: notice.groupKey ?? JSON.stringify(notice.groupLabels),
    truncatedAlerts: 0,
    status: notice.status,
    receiver: notice.receiver,
    groupLabels: notice.groupLabels,
    commonLabels: common(alerts.map((alert) => alert.labels)),
    commonAnnotations: common(alerts.map((alert) => alert.annotations)),
    externalURL: notice.externalUrl,
    alerts,
  }
}

function common(all: Record<string, string>[]): Record<string, string> {
  const [first = {}, ...rest] = all
  return Object.fromEntries(Object.entries(first).filter(([name, value]) => rest.every((labels) => labels[name] === value)))
}
