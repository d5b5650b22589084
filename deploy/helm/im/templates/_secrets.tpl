{{/*
Secrets that are made up once, and kept.

A value is, in this order: what the values give; what the Secret of that name holds in the cluster, so that an upgrade keeps it;
random text. It is remembered, since it is asked for in several templates of one rendering. Where charts are rendered without
the cluster (`helm template`, some GitOps tools) the second is not possible: name existing Secrets there.

Arguments: dict "root" $ "secret" NAME "key" KEY "given" TEXT "kind" "password" | "fernet"
*/}}
{{- define "im.secret" -}}
{{- $values := .root.Values -}}
{{- if not (hasKey $values "remembered") -}}{{- $_ := set $values "remembered" dict -}}{{- end -}}
{{- $name := printf "%s/%s" .secret .key -}}
{{- if not (hasKey $values.remembered $name) -}}
  {{- $value := .given -}}
  {{- if not $value -}}
    {{- $found := lookup "v1" "Secret" .root.Release.Namespace .secret -}}
    {{- if and $found (hasKey ($found.data | default dict) .key) -}}
      {{- $value = index $found.data .key | b64dec -}}
    {{- else if eq (.kind | default "password") "fernet" -}}
      {{- $value = randBytes 32 | replace "+" "-" | replace "/" "_" -}}
    {{- else -}}
      {{- $value = randAlphaNum 40 -}}
    {{- end -}}
  {{- end -}}
  {{- $_ := set $values.remembered $name $value -}}
{{- end -}}
{{- index $values.remembered $name -}}
{{- end }}

{{/* Kept when the release is deleted, as volumes are: without it the data in them would be lost. */}}
{{- define "im.kept" -}}
helm.sh/resource-policy: keep
{{- end }}

{{- define "im.clusterSecret" -}}
{{ .Values.cluster.existingSecret | default (printf "%s-cluster" .Values.fullnameOverride) }}
{{- end }}

{{- define "im.mysqlSecret" -}}
{{- $external := .Values.mysql.external -}}
{{- if .Values.mysql.enabled -}}{{ .Values.mysql.existingSecret | default (printf "%s-mysql" .Release.Name) }}
{{- else -}}{{ $external.existingSecret | default (printf "%s-database" .Values.fullnameOverride) }}
{{- end -}}
{{- end }}

{{- define "im.mysqlSecretKey" -}}
{{- if and (not .Values.mysql.enabled) .Values.mysql.external.existingSecret -}}{{ .Values.mysql.external.existingSecretKey }}
{{- else -}}mysql-password
{{- end -}}
{{- end }}

{{/* The password of the database's user, where the web interface's configuration needs it in a text. */}}
{{- define "im.mysqlPassword" -}}
{{- $mysql := .Values.mysql -}}
{{- if not $mysql.enabled -}}
{{- include "im.secret" (dict "root" . "secret" (include "im.mysqlSecret" .) "key" (include "im.mysqlSecretKey" .) "given" $mysql.external.password) -}}
{{- else -}}
{{- include "im.secret" (dict "root" . "secret" (include "im.mysqlSecret" .) "key" "mysql-password" "given" $mysql.mysqlPassword) -}}
{{- end -}}
{{- end }}
