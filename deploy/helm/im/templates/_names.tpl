{{/* Names and labels. */}}

{{/* Labels of an object: list $ "component". */}}
{{- define "im.labels" -}}
{{- $ := index . 0 -}}
app.kubernetes.io/name: im
app.kubernetes.io/instance: {{ $.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/version: {{ $.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $.Chart.Name $.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The label by which pods are found. It is the public chart's, since the selector of a Deployment cannot be changed. */}}
{{- define "im.nodes" -}}
name: {{ .Values.fullnameOverride }}-backend
{{- end }}

{{- define "im.haproxies" -}}
name: {{ .Values.fullnameOverride }}-load-balancer
{{- end }}

{{/* Whether there can be more than one node: "true" or nothing. */}}
{{- define "im.cluster" -}}
{{- $most := .Values.im.replicas -}}
{{- if .Values.im.autoscaling.enabled -}}{{- $most = .Values.im.autoscaling.maxReplicas -}}{{- end -}}
{{- if gt (int $most) 1 }}true{{ end -}}
{{- end }}

{{- define "im.image" -}}
{{ .Values.im.image }}:{{ .Values.im.version | default .Chart.AppVersion }}
{{- end }}

{{- define "im.serviceAccount" -}}
{{ .Values.serviceAccount.name | default .Values.fullnameOverride }}
{{- end }}

{{/* The service to which clients, ingresses and the web interface go, and its port: {name, port} as JSON. */}}
{{- define "im.entrance" -}}
{{- if include "im.cluster" . -}}
{{ dict "name" (printf "%s-load-balancer-svc" .Values.fullnameOverride) "port" 80 | toJson }}
{{- else -}}
{{ dict "name" (printf "%s-backend" .Values.fullnameOverride) "port" 8800 | toJson }}
{{- end -}}
{{- end }}

{{- define "im.mysqlHost" -}}
{{ if .Values.mysql.enabled }}{{ .Release.Name }}-mysql{{ else }}{{ .Values.mysql.external.host }}{{ end }}
{{- end }}

{{/* Whether an HTTPRoute is wanted: list $ VALUES. */}}
{{- define "im.routed" -}}
{{- $ := index . 0 -}}{{- $route := (index . 1).httproute -}}
{{- $enabled := toString $route.enabled -}}
{{- if eq $enabled "true" -}}true
{{- else if and (eq $enabled "auto") ($.Capabilities.APIVersions.Has "gateway.networking.k8s.io/v1/HTTPRoute") -}}
{{- if or (ne $route.type "traefik") ($.Capabilities.APIVersions.Has "traefik.io/v1alpha1/ServersTransport") -}}true{{- end -}}
{{- end -}}
{{- end }}

{{/* Whether Traefik carries requests to the service, and so needs to know how long they may take: list $ VALUES. */}}
{{- define "im.byTraefik" -}}
{{- $values := index . 1 -}}
{{- if or (and (include "im.routed" .) (eq $values.httproute.type "traefik")) (and $values.ingress.enabled (eq $values.ingress.type "traefik")) -}}true{{- end -}}
{{- end }}
