import ray

ray.init()
print(ray.cluster_resources())
