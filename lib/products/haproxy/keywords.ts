/**
 * Statements of a backend that change neither which server takes a request nor its weight (HAProxy's configuration manuals of 1.4 to 3.4,
 * section 4). A statement that is listed neither here nor in statements.ts is not known, and then no shares are promised for the pool.
 */
const WITHOUT_MEANING = new Set(
  `acl backlog be-unpublished bind bind-process block capture clitcpka-cnt clitcpka-idle clitcpka-intvl clitimeout compression contimeout crt declare
  default_backend description disabled dynamic-cookie-key email-alert enabled errorfile errorfiles errorloc errorloc302 errorloc303 error-log-format
  external-check fcgi-app filter filter-sequence force-be-switch force-persist fullconn grace guid http-after-response http-check http-error
  http-request http-response http-reuse http-send-name-header id ignore-persist log log-format log-format-sd log-steps log-tag
  max-keep-alive-queue max-session-srv-conns maxconn mode monitor monitor-net monitor-uri quic-initial rate-limit redirect redisp redispatch
  reqadd reqallow reqdel reqdeny reqiallow reqidel reqideny reqipass reqirep reqisetbe reqitarpit reqpass reqrep reqsetbe reqtarpit retries
  retry-on rspadd rspdel rspdeny rspidel rspideny rspirep rsprep source srvexp srvtcpka-cnt srvtcpka-idle srvtcpka-intvl srvtimeout
  ssl-f-use stats stick-table tcp-check tcp-request tcp-response timeout unique-id-format unique-id-header use-fcgi-app use_backend`.split(
    /\s+/,
  ),
)

const OPTIONS_WITHOUT_MEANING = new Set(
  `abortonclose accept-invalid-http-request accept-invalid-http-response accept-unsafe-violations-in-http-request
  accept-unsafe-violations-in-http-response checkcache clitcpka contstats disable-h2-upgrade dontlog-normal dontlognull external-check
  forceclose forwarded forwardfor h1-case-adjust-bogus-client h1-case-adjust-bogus-server http-buffer-request http-drop-request-trailers
  http-drop-response-trailers http-ignore-probes http-keep-alive http-no-delay http-pretend-keepalive http-restrict-req-hdr-names
  http-server-close http-tunnel http-use-htx http-use-proxy-header httpchk httpclose httplog httpslog idle-close-on-response
  independant-streams independent-streams ldap-check log-health-checks log-separate-errors logasap lua-check mysql-check nolinger originalto
  persist pgsql-check redis-check redispatch smtpchk socket-stats splice-auto splice-request splice-response spop-check srvtcpka ssl-hello-chk
  tcp-check tcp-smart-accept tcp-smart-connect tcpka tcplog tcpsplice use-small-buffers`.split(/\s+/),
)

/** `balance`, `option allbackups`: a statement by what its meaning hangs on. */
export const isWithoutMeaning = (statement: string): boolean =>
  statement.startsWith('option ') ? OPTIONS_WITHOUT_MEANING.has(statement.slice(7)) : WITHOUT_MEANING.has(statement)
