{{/* im.cfg, and what its lines mean for the rest. */}}

{{/* What im.config says of an option, else a default: list $ NAME DEFAULT. */}}
{{- define "im.option" -}}
{{- $text := join "\n" (index . 0).Values.im.config -}}
{{- $line := regexFind (printf "(?mi)^%s[ \\t]*[=:].*$" (index . 1)) $text -}}
{{- if $line -}}{{- regexReplaceAll "^[^=:]*[=:]" $line "" | trim -}}{{- else -}}{{- index . 2 -}}{{- end -}}
{{- end }}

{{/* A line of the chart, unless im.config has it: list $ NAME VALUE. */}}
{{- define "im.line" -}}
{{- $text := join "\n" (index . 0).Values.im.config -}}
{{- if not (regexMatch (printf "(?mi)^%s[ \\t]*[=:]" (index . 1)) $text) -}}
{{ index . 1 }} = {{ index . 2 }}
{{ end -}}
{{- end }}

{{- define "im.logsToFile" -}}
{{- if and .Values.im.log.persistence.enabled (not (include "im.cluster" .)) -}}true{{- end -}}
{{- end }}

{{/* Where the log goes: a file, or nothing for the standard error stream. */}}
{{- define "im.logFile" -}}
{{ include "im.option" (list . "LOG_FILE" (ternary "/var/log/im/im.log" "" (eq (include "im.logsToFile" .) "true"))) }}
{{- end }}

{{- define "im.cfg" -}}
{{- $ := . -}}
[im]
{{ include "im.line" (list $ "ACTIVATE_XMLRPC" "False") -}}
{{ include "im.line" (list $ "ACTIVATE_REST" "True") -}}
{{ include "im.line" (list $ "LOG_LEVEL" .Values.im.log.level) -}}
{{ include "im.line" (list $ "LOG_FORMAT" .Values.im.log.format) -}}
{{ include "im.line" (list $ "LOG_FILE" (include "im.logFile" .)) -}}
{{ include "im.line" (list $ "TRUSTED_PROXIES" (join "," .Values.im.trustedProxies)) -}}
{{ include "im.line" (list $ "METRICS_ADDRESS" "0.0.0.0") -}}
{{ include "im.line" (list $ "METRICS_PORT" "9100") -}}
{{ include "im.line" (list $ "CLUSTER_NAME" (.Values.cluster.name | default (printf "%s-%s" .Release.Namespace .Release.Name))) -}}
{{ if include "im.cluster" . }}{{ include "im.line" (list $ "INF_CACHE_TIME" "3600") }}{{ end -}}
{{ if .Values.vault.enabled -}}
{{ include "im.line" (list $ "VAULT_URL" (printf "http://%s-vault:8200" .Release.Name)) -}}
{{ else if .Values.vault.external.url -}}
{{ include "im.line" (list $ "VAULT_URL" .Values.vault.external.url) -}}
{{ end -}}
{{ range .Values.im.config -}}
{{ . }}
{{ end -}}
{{- end }}

{{- define "im.drainTimeout" -}}{{ include "im.option" (list . "DRAIN_TIMEOUT" "60") }}{{- end }}

{{/* A node ends in DRAIN_TIMEOUT, and then in what its last requests and the work behind them take (20 s). */}}
{{- define "im.gracePeriod" -}}
{{ .Values.im.terminationGracePeriodSeconds | default (add (include "im.drainTimeout" . | float64 | ceil | int) 60) | int }}
{{- end }}

{{/* What cannot be: told in a sentence, before anything is made. */}}
{{- define "im.check" -}}
{{- if .Values.mongodb.enabled -}}
{{- fail "mongodb.enabled is true, but this release keeps its data in MySQL; set it to false." -}}
{{- end -}}
{{- if and (not .Values.mysql.enabled) (not .Values.mysql.external.host) -}}
{{- fail "There is no database: set mysql.enabled to true, or mysql.external.host to the host of a MySQL or MariaDB that exists." -}}
{{- end -}}
{{- if and .Values.mysql.enabled .Values.mysql.external.host -}}
{{- fail "Both mysql.enabled and mysql.external.host are set; set mysql.enabled to false to use the one that exists." -}}
{{- end -}}
{{- if and .Values.mysql.external.host (not .Values.mysql.external.password) (not .Values.mysql.external.existingSecret) -}}
{{- fail "mysql.external.host is set, so mysql.external.existingSecret (or mysql.external.password) was expected." -}}
{{- end -}}
{{- if and .Values.redis.enabled (or .Values.redis.external.host .Values.redis.external.urlSecret) -}}
{{- fail "Both redis.enabled and redis.external are set; set redis.enabled to false to use the one that exists." -}}
{{- end -}}
{{- if and .Values.vault.enabled .Values.vault.external.url -}}
{{- fail "Both vault.enabled and vault.external.url are set; set vault.enabled to false to use the one that exists." -}}
{{- end -}}
{{- if .Values.vault.injector.enabled -}}
{{- fail "vault.injector.enabled is true, but this chart has no injector." -}}
{{- end -}}
{{- with .Values.im.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- fail (printf "im.autoscaling.minReplicas is %d, but at most im.autoscaling.maxReplicas (%d) was expected." (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- end -}}
{{- $ := . -}}
{{- range $name, $value := dict "ACTIVATE_REST" "True" "REST_PORT" "8800" "REST_SSL" "False" "CLUSTER_PORT" "8810" "XMLRCP_PORT" "8899" "METRICS_PORT" "9100" -}}
{{- $set := include "im.option" (list $ $name $value) -}}
{{- if ne (lower $set) (lower $value) -}}
{{- fail (printf "im.config sets %s to '%s', but in this chart it is %s: services and probes rely on it." $name $set $value) -}}
{{- end -}}
{{- end -}}
{{- $grace := include "im.gracePeriod" . | int -}}
{{- if le $grace (add 25 (include "im.drainTimeout" . | float64 | ceil | int) | int) -}}
{{- fail (printf "im.terminationGracePeriodSeconds is %d, but more than DRAIN_TIMEOUT (%s) and 25 seconds was expected: a node that is killed while it ends fails requests." $grace (include "im.drainTimeout" .)) -}}
{{- end -}}
{{- end }}
