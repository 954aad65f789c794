-- A RayCluster works when its head does and all its first pods were there once: workers come and go with the autoscaler.
-- status.observedGeneration says nothing: KubeRay writes it only together with other changes (utils/consistency.go).
local status = obj.status or {}
local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end
local function holds(name)
  return conditions[name] ~= nil and conditions[name].status == "True"
end

if holds("ReplicaFailure") then
  return { status = "Degraded", message = conditions.ReplicaFailure.message }
end
if holds("RayClusterSuspended") or status.state == "suspended" then
  return { status = "Suspended", message = "suspended, all pods are gone" }
end
if holds("RayClusterSuspending") then
  return { status = "Progressing", message = "pods are being deleted" }
end

local workers = "workers that are ready: " .. (status.readyWorkerReplicas or 0) .. " of " .. (status.desiredWorkerReplicas or 0)
local head = conditions.HeadPodReady
if head == nil then
  -- The conditions are behind a feature gate, RayClusterStatusConditions; state is always there.
  if status.state == "ready" then
    return { status = "Healthy", message = workers }
  end
  if status.state == "failed" then
    return { status = "Degraded", message = status.reason }
  end
  return { status = "Progressing", message = "KubeRay makes the pods" }
end
if head.status ~= "True" then
  return { status = "Progressing", message = "the head is not ready: " .. (head.message or head.reason or "") }
end
if conditions.RayClusterProvisioned ~= nil and conditions.RayClusterProvisioned.status ~= "True" then
  return { status = "Progressing", message = workers }
end
return { status = "Healthy", message = workers }
