{{/* haproxy.cfg: what `im haproxy render` writes without nodes, which `im haproxy sync` adds. */}}

{{/* Networks whose X-Forwarded-* are believed. Behind a service that others reach from outside, none unless told. */}}
{{- define "im.haproxy.proxies" -}}
{{- $given := .Values.haproxy.trustedProxies -}}
{{- if kindIs "slice" $given -}}{{ $given | toJson }}
{{- else if eq .Values.haproxy.service.type "ClusterIP" -}}{{ .Values.im.trustedProxies | toJson }}
{{- else -}}[]
{{- end -}}
{{- end }}

{{- define "im.haproxy.span" -}}
{{- $s := int . -}}
{{- if eq 0 (mod $s 3600) -}}{{ div $s 3600 }}h{{- else if eq 0 (mod $s 60) -}}{{ div $s 60 }}m{{- else -}}{{ $s }}s{{- end -}}
{{- end }}

{{/* Pins stay as long as an infrastructure stays in memory, and an hour at least. */}}
{{- define "im.haproxy.expire" -}}
{{ max 3600 (include "im.option" (list . "INF_CACHE_TIME" "3600") | float64 | ceil | int) }}
{{- end }}

{{- define "im.haproxy.cfg" -}}
{{- $haproxy := .Values.haproxy -}}
{{- $text := .Files.Get "files/haproxy.cfg.in" -}}
{{- $text = regexReplaceAll "(?m)^  (user|group|chroot) .*\n" $text "" -}}
{{- $head := include "im.option" (list . "MAX_REQUEST_HEAD" "131072") | int64 -}}
{{- $body := include "im.option" (list . "MAX_REQUEST_BODY" "16777216") | int64 -}}
{{- $bufsize := add $head 8192 -}}
{{- $maxconn := int64 $haproxy.maxconn -}}
{{- $peers := "" -}}
{{- range $i := untilStep 1 (int (add 1 $haproxy.replicas)) 1 -}}
{{- $peers = printf "%s  peer lb%d %s-load-balancer-%d:10000\n" $peers $i $.Values.fullnameOverride $i -}}
{{- end -}}
{{- $binds := "  bind :8800\n" -}}
{{- $rules := "" -}}
{{- if $haproxy.tls.existingSecret -}}
{{- $binds = print $binds "  # Certificate, chain and key in one file. HTTP/2 for those who speak it.\n  bind :8443 ssl crt /etc/haproxy/certs/im.pem alpn h2,http/1.1\n" -}}
{{- $rules = "\n  # Who came by TLS comes by TLS from now on.\n  http-response set-header Strict-Transport-Security max-age=31536000 if { ssl_fc }\n\n" -}}
{{- else -}}
{{- $binds = print $binds "  # With TLS (`im haproxy render --tls-cert FILE`); certificate, chain and key are in one file:\n  #bind :8443 ssl crt /etc/haproxy/certs/im.pem alpn h2,http/1.1\n" -}}
{{- end -}}
{{- $proxies := include "im.haproxy.proxies" . | fromJsonArray -}}
{{- $told := "" -}}
{{- $by := "" -}}
{{- $proto := "" -}}
{{- if $proxies -}}
{{- $told = printf "  # Proxies before this one: they know who the client is, and the address by which it knows the service.\n  http-request set-var(txn.by_proxy) bool(true) if { src %s }\n  http-request set-src req.hdr_ip(X-Forwarded-For,-1) if { var(txn.by_proxy) -m bool }\n\n" (join " " $proxies) -}}
{{- $by = " unless { var(txn.by_proxy) -m bool }" -}}
{{- $proto = " unless { var(txn.by_proxy) -m bool } { req.hdr(X-Forwarded-Proto) -m found }" -}}
{{- end -}}
{{- $forwarded := "" -}}
{{- range list "Host" "Port" "Prefix" -}}
{{- $forwarded = printf "%s  http-request del-header X-Forwarded-%s%s\n" $forwarded . $by -}}
{{- end -}}
{{- $forwarded = print $forwarded "  http-request del-header Forwarded\n  http-request set-header X-Forwarded-For %[src]\n" -}}
{{- $forwarded = print $forwarded "  http-request set-header X-Forwarded-Proto http" $proto "\n  http-request set-header X-Forwarded-Proto https if { ssl_fc }\n" -}}
{{- $blocks := dict "peers" $peers "binds" $binds "tls_rules" $rules "proxies" $told "forwarded" $forwarded "servers" "" "tracking" "" -}}
{{- range $name, $block := $blocks -}}
{{- $text = replace (printf "{{%s}}\n" $name) $block $text -}}
{{- end -}}
{{- $words := dict "head" $head "bufsize" $bufsize "maxconn" $maxconn
  "memory" (div (add (mul 2 $bufsize $maxconn) 1048575) 1048576)
  "socket" "/run/haproxy/admin.sock" "localpeer" "lb1" "rate" $haproxy.rate "clients" $haproxy.clients "max_body" $body
  "size" "100k" "expire" (include "im.haproxy.span" (include "im.haproxy.expire" .)) "metrics" ":8405" "slow" 600
  "inter" 1000 "fast" 333 -}}
{{- range $name, $word := $words -}}
{{- $text = replace (printf "{{%s}}" $name) (toString $word) $text -}}
{{- end -}}
{{- $text -}}
{{- end }}
